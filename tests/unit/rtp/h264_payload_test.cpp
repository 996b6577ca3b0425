#include <catch2/catch.hpp>
#include <numeric>

#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload::h264 {
namespace {

using test::Hex;

// A NAL unit of `size` bytes that begins like a slice of the kind of `start`.
Bytes NalUnit(std::string_view start, size_t size) {
  Bytes bytes = Hex(start);
  size_t written = bytes.size();
  bytes.resize(size);
  std::iota(bytes.begin() + static_cast<ptrdiff_t>(written), bytes.end(), uint8_t{1});
  return bytes;
}

const char kIdr[] = "658884";
const char kP[] = "419a23";
const char kDisposableB[] = "019e62";
const Bytes kSps = Hex("6742c028d900");
const Bytes kPps = Hex("68cb83cb20");

// Packets as they stand in the fan-out, numbered from `first_number`.
std::vector<Packet> Packetized(const std::vector<Bytes>& nal_units, uint16_t first_number = 0,
                               uint32_t timestamp = 3000, size_t max_payload = 100) {
  std::vector<ByteView> views(nal_units.begin(), nal_units.end());
  std::vector<Packet> packets;
  Packetizer(max_payload)
      .Packetize(
          {.nal_units = views, .rtp_timestamp = timestamp, .cts = 1500, .arrival = Instant(5s)},
          packets);
  for (Packet& packet : packets) packet.sequence_number = first_number++;
  return packets;
}

std::vector<AccessUnit> Depacketized(const std::vector<Packet>& packets) {
  Depacketizer depacketizer;
  std::vector<AccessUnit> access_units;
  for (const Packet& packet : packets) depacketizer.Push(packet, access_units);
  return access_units;
}

TEST_CASE("RFC 6184 5.6: a NAL unit that fits is a packet of its own") {
  auto packets = Packetized({NalUnit(kP, 100)});
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].payload == NalUnit(kP, 100));
  CHECK(packets[0].marker);
}

TEST_CASE("RFC 6184 5.7.1: small NAL units that follow each other share a STAP-A") {
  auto packets = Packetized({kSps, kPps, NalUnit(kIdr, 10)});
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].payload ==
        Hex("78 0006 6742c028d900 0005 68cb83cb20 000a 658884 01020304050607"));
}

TEST_CASE("RFC 6184 5.7.1: a STAP-A never grows over the largest payload") {
  // 1 + 2 + 48 + 2 + 47 = 100 bytes, and one more.
  CHECK(Packetized({NalUnit(kP, 48), NalUnit(kP, 47)}).size() == 1);
  CHECK(Packetized({NalUnit(kP, 48), NalUnit(kP, 48)}).size() == 2);
}

TEST_CASE("RFC 6184 5.8: fragments of a NAL unit are equal in size but for the last") {
  auto packets = Packetized({NalUnit(kIdr, 1000)});
  REQUIRE(packets.size() == 11);
  for (size_t i = 0; i + 1 < packets.size(); ++i) {
    CHECK(packets[i].payload.size() == packets[0].payload.size());
    CHECK(packets[i].payload.size() <= 100);
    CHECK_FALSE(packets[i].marker);
  }
  CHECK(packets.back().payload.size() <= packets[0].payload.size());
  CHECK(packets.back().marker);
  CHECK(packets[0].payload[0] == 0x7c);  // FU-A with the NAL unit's NRI
  CHECK(packets[0].payload[1] == 0x85);  // start
  CHECK(packets[5].payload[1] == 0x05);
  CHECK(packets.back().payload[1] == 0x45);  // end
}

TEST_CASE("a frame that we cut has payloads of at most 1150 bytes") {
  auto packets = Packetized({kSps, kPps, NalUnit(kIdr, 100'000)}, 0, 0, kMaxCutPayload);
  for (const Packet& packet : packets) CHECK(packet.payload.size() <= 1150);
  CHECK(packets.size() == 1 + 88);
}

TEST_CASE("packets know their place in the stream") {
  auto key = Packetized({kSps, kPps, NalUnit(kIdr, 300)});
  CHECK(key.front().role.starts_access_unit);
  CHECK(key.front().role.cts == 1500);
  CHECK_FALSE(key.back().role.starts_access_unit);
  for (const Packet& packet : key) {
    CHECK(packet.role.key_frame);
    CHECK_FALSE(packet.role.discardable);
    CHECK(packet.rtp_timestamp == 3000);
    CHECK(packet.arrival == Instant(5s));
  }
  CHECK_FALSE(Packetized({NalUnit(kP, 300)})[0].role.key_frame);
  CHECK_FALSE(Packetized({NalUnit(kP, 300)})[0].role.discardable);
  CHECK(Packetized({NalUnit(kDisposableB, 300)})[0].role.discardable);
}

TEST_CASE("delimiters and filler are left out; nothing to carry makes no packet") {
  CHECK(Packetized({Hex("0910"), NalUnit(kP, 20), Hex("0cff80"), Hex("0a")})[0].payload ==
        NalUnit(kP, 20));
  CHECK(Packetized({Hex("0910")}).empty());
  CHECK(Packetized({}).empty());
}

TEST_CASE("RFC 6184: what is packetized is depacketized") {
  std::vector<std::vector<Bytes>> pictures = {
      {kSps, kPps, NalUnit(kIdr, 5000)},
      {NalUnit(kP, 99)},
      {NalUnit(kP, 101), NalUnit(kP, 102), NalUnit(kP, 3)},
      {NalUnit(kDisposableB, 250), NalUnit(kDisposableB, 20), NalUnit(kDisposableB, 30)},
  };
  std::vector<Packet> packets;
  for (size_t i = 0; i < pictures.size(); ++i) {
    // Sequence numbers and timestamps run across their wrap.
    auto some = Packetized(pictures[i], static_cast<uint16_t>(65530 + packets.size()),
                           static_cast<uint32_t>(0xfffff000 + i * 3000));
    packets.insert(packets.end(), some.begin(), some.end());
  }
  auto access_units = Depacketized(packets);
  REQUIRE(access_units.size() == pictures.size());
  for (size_t i = 0; i < pictures.size(); ++i) {
    CAPTURE(i);
    CHECK(access_units[i].nal_units == pictures[i]);
    CHECK(access_units[i].complete);
    CHECK(access_units[i].rtp_timestamp == static_cast<uint32_t>(0xfffff000 + i * 3000));
    CHECK(access_units[i].role.cts == 1500);
    CHECK(access_units[i].role.key_frame == (i == 0));
    CHECK(access_units[i].role.discardable == (i == 3));
    CHECK(access_units[i].arrival == Instant(5s));
  }
}

TEST_CASE("each lost packet makes its access unit and no later one incomplete") {
  auto first = Packetized({NalUnit(kIdr, 500)}, 0, 3000);
  auto second = Packetized({NalUnit(kP, 300)}, static_cast<uint16_t>(first.size()), 6000);
  auto third =
      Packetized({NalUnit(kP, 20)}, static_cast<uint16_t>(first.size() + second.size()), 9000);
  for (size_t lost = 0; lost < second.size(); ++lost) {
    std::vector<Packet> packets = first;
    for (size_t i = 0; i < second.size(); ++i) {
      if (i != lost) packets.push_back(second[i]);
    }
    packets.push_back(third[0]);
    auto access_units = Depacketized(packets);
    CAPTURE(lost);
    REQUIRE(access_units.size() >= 2);
    CHECK(access_units.front().complete);
    // The loss may have touched the access unit that is seen after it, but it is never unseen.
    size_t incomplete = 0;
    for (const AccessUnit& access_unit : access_units) incomplete += !access_unit.complete;
    CHECK(incomplete >= 1);
    for (const AccessUnit& access_unit : access_units) {
      if (access_unit.rtp_timestamp == 6000) CHECK(access_unit.nal_units.empty());
    }
  }
}

TEST_CASE("an access unit behind a loss is complete again when the next one is whole") {
  auto packets = Packetized({NalUnit(kIdr, 500)}, 0, 3000);
  packets.erase(packets.begin() + 2);
  auto after = Packetized({NalUnit(kIdr, 500)}, 6, 6000);
  packets.insert(packets.end(), after.begin(), after.end());
  Depacketizer depacketizer;
  std::vector<AccessUnit> access_units;
  for (const Packet& packet : packets) depacketizer.Push(packet, access_units);
  REQUIRE(access_units.size() == 1);  // nothing whole was left of the first one
  CHECK_FALSE(access_units[0].complete);
  CHECK(access_units[0].nal_units.size() == 1);
  CHECK(depacketizer.counters().lost_packets == 1);
  for (const Packet& packet : Packetized({NalUnit(kP, 50)}, 12, 9000)) {
    depacketizer.Push(packet, access_units);
  }
  CHECK(access_units.back().complete);
}

TEST_CASE("where the marker never comes, the next timestamp ends the access unit") {
  auto packets = Packetized({NalUnit(kP, 50)}, 0, 3000);
  packets[0].marker = false;
  auto next = Packetized({NalUnit(kP, 60)}, 1, 6000);
  packets.push_back(next[0]);
  auto access_units = Depacketized(packets);
  REQUIRE(access_units.size() == 2);
  CHECK(access_units[0].complete);
  CHECK(access_units[1].complete);
}

TEST_CASE("joining within a fragmented NAL unit gives no half of it") {
  auto packets = Packetized({NalUnit(kIdr, 500)}, 0, 3000);
  packets.erase(packets.begin(), packets.begin() + 2);
  auto next = Packetized({NalUnit(kP, 60)}, 6, 6000);
  packets.push_back(next[0]);
  auto access_units = Depacketized(packets);
  REQUIRE(access_units.size() == 1);
  CHECK(access_units[0].rtp_timestamp == 6000);
  CHECK_FALSE(access_units[0].complete);
}

TEST_CASE("malformed payloads are counted and nothing of them is taken") {
  auto bytes = GENERATE(as<std::string>(), "", "1c", "7c85", "78", "78 0004 419a23",
                        "78 0002 419a 00", "00", "79 000000", "7d85aa", "1f");
  CAPTURE(bytes);
  Packet packet;
  packet.payload = Hex(bytes);
  packet.marker = true;
  Depacketizer depacketizer;
  std::vector<AccessUnit> access_units;
  depacketizer.Push(packet, access_units);
  CHECK(access_units.empty());
  CHECK(depacketizer.counters().malformed_packets == 1);
}

TEST_CASE("an access unit is cut at its bounds and incomplete") {
  Depacketizer depacketizer;
  std::vector<AccessUnit> access_units;
  Packet packet;
  packet.payload = NalUnit(kP, 3);
  for (size_t i = 0; i <= Depacketizer::kMaxNalUnits; ++i) {
    packet.sequence_number = static_cast<uint16_t>(i);
    depacketizer.Push(packet, access_units);
  }
  depacketizer.Flush(access_units);
  REQUIRE(access_units.size() == 1);
  CHECK(access_units[0].nal_units.size() == Depacketizer::kMaxNalUnits);
  CHECK_FALSE(access_units[0].complete);

  depacketizer.Reset();
  packet.payload = NalUnit(kP, 60'000);
  size_t fit = Depacketizer::kMaxBytes / 60'000;
  for (size_t i = 0; i <= fit; ++i) {
    packet.sequence_number = static_cast<uint16_t>(i);
    packet.marker = i == fit;
    depacketizer.Push(packet, access_units);
  }
  REQUIRE(access_units.size() == 2);
  CHECK(access_units[1].nal_units.size() == fit);
  CHECK_FALSE(access_units[1].complete);
}

}  // namespace
}  // namespace sluice::rtp::payload::h264
