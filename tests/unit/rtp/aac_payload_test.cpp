#include <catch2/catch.hpp>

#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/aac/packetizer.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload::aac {
namespace {

using test::Hex;

std::vector<Packet> Packetized(const std::vector<Bytes>& access_units, uint16_t first_number = 0,
                               uint32_t timestamp = 1000, size_t max_payload = 100) {
  std::vector<ByteView> views(access_units.begin(), access_units.end());
  std::vector<Packet> packets;
  Packetizer(max_payload)
      .Packetize({.access_units = views, .rtp_timestamp = timestamp, .arrival = Instant(5s)},
                 packets);
  for (Packet& packet : packets) packet.sequence_number = first_number++;
  return packets;
}

TEST_CASE("RFC 3640 3.3.6: one access unit behind its header of 16 bits") {
  auto packets = Packetized({Hex("010203")});
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].payload == Hex("0010 0018 010203"));
  CHECK(packets[0].marker);
  CHECK(packets[0].role.starts_access_unit);
  CHECK(packets[0].rtp_timestamp == 1000);
  CHECK(packets[0].arrival == Instant(5s));
}

TEST_CASE("RFC 3640 3.2: access units that fit share a packet") {
  auto packets = Packetized({Hex("01"), Hex("0202"), Bytes(90, 3)});
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].payload == Hex("0020 0008 0010 01 0202"));
  CHECK(packets[1].rtp_timestamp == 1000 + 2 * 1024);
}

TEST_CASE("RFC 3640 3.2.3.1: an access unit that is too long is fragmented, marker on the last") {
  auto packets = Packetized({Bytes(200, 9)});
  REQUIRE(packets.size() == 3);
  for (const Packet& packet : packets) {
    CHECK(packet.payload.size() <= 100);
    CHECK(packet.payload[2] == 200 >> 5);
    CHECK(packet.payload[3] == ((200 << 3) & 0xff));
    CHECK(packet.rtp_timestamp == 1000);
  }
  CHECK_FALSE(packets[0].marker);
  CHECK_FALSE(packets[1].marker);
  CHECK(packets[2].marker);
}

TEST_CASE("what AU-size cannot say is left out") {
  std::vector<Bytes> access_units = {Bytes(8192, 1), {}, Hex("07")};
  std::vector<ByteView> views(access_units.begin(), access_units.end());
  std::vector<Packet> packets;
  size_t left_out = Packetizer().Packetize({.access_units = views, .rtp_timestamp = 0}, packets);
  CHECK(left_out == 2);
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].rtp_timestamp == 2 * 1024);
}

TEST_CASE("RFC 3640: what is packetized is depacketized") {
  std::vector<Bytes> access_units = {Hex("01"),    Hex("0202"),    Bytes(400, 3), Bytes(96, 4),
                                     Bytes(97, 5), Bytes(8191, 6), Bytes(10, 7),  Bytes(10, 8)};
  Depacketizer depacketizer;
  std::vector<AccessUnit> out;
  for (const Packet& packet : Packetized(access_units, 65530, 0xfffffc00)) {
    CHECK(depacketizer.Push(packet, out));
  }
  REQUIRE(out.size() == access_units.size());
  for (size_t i = 0; i < out.size(); ++i) {
    CAPTURE(i);
    CHECK(out[i].bytes == access_units[i]);
    CHECK(out[i].rtp_timestamp == static_cast<uint32_t>(0xfffffc00 + i * 1024));
    CHECK_FALSE(out[i].after_loss);
  }
}

TEST_CASE("a fragmented access unit is dropped with any of its fragments") {
  for (size_t lost = 0; lost < 3; ++lost) {
    auto packets = Packetized({Bytes(200, 9)});
    packets.erase(packets.begin() + static_cast<ptrdiff_t>(lost));
    auto next = Packetized({Hex("01")}, 3, 2024);
    packets.push_back(next[0]);
    Depacketizer depacketizer;
    std::vector<AccessUnit> out;
    for (const Packet& packet : packets) depacketizer.Push(packet, out);
    CAPTURE(lost);
    REQUIRE(out.size() == 1);
    CHECK(out[0].bytes == Hex("01"));
    CHECK(out[0].after_loss);
  }
}

TEST_CASE("a lost packet is told by the access unit after it only") {
  Depacketizer depacketizer;
  std::vector<AccessUnit> out;
  for (uint16_t number : {1, 2, 5, 6}) {
    depacketizer.Push(Packetized({Hex("01")}, number, number * 1024U)[0], out);
  }
  REQUIRE(out.size() == 4);
  CHECK_FALSE(out[1].after_loss);
  CHECK(out[2].after_loss);
  CHECK_FALSE(out[3].after_loss);
  CHECK(depacketizer.counters().lost_packets == 2);
}

TEST_CASE("RFC 3640: malformed payloads are refused whole") {
  auto bytes = GENERATE(as<std::string>(), "", "00", "0010", "0010 00", "0000 01",
                        "000f 0008 01",           // headers that are no multiple of 16 bits
                        "0010 0009 01",           // an AU-index: interleaved
                        "0020 0008 0009 01 01",   // an AU-index-delta: interleaved
                        "0010 0000",              // an empty access unit
                        "0010 0008 01 02",        // bytes left over
                        "0020 0008 0010 01 02");  // the second one is short
  CAPTURE(bytes);
  Packet packet;
  packet.marker = true;
  packet.payload = Hex(bytes);
  Depacketizer depacketizer;
  std::vector<AccessUnit> out;
  CHECK_FALSE(depacketizer.Push(packet, out));
  CHECK(out.empty());
  CHECK(depacketizer.counters().malformed_packets == 1);
}

TEST_CASE("fragments that are more than their access unit are refused") {
  auto packets = Packetized({Bytes(200, 9)});
  packets[1].payload.resize(packets[1].payload.size() + 100);
  Depacketizer depacketizer;
  std::vector<AccessUnit> out;
  CHECK(depacketizer.Push(packets[0], out));
  CHECK_FALSE(depacketizer.Push(packets[1], out));
  CHECK(out.empty());
}

}  // namespace
}  // namespace sluice::rtp::payload::aac
