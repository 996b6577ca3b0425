#include "libs/rtp/payload/frame_depacketizer.h"

#include <catch2/catch.hpp>

#include "libs/rtp/payload/vp8/packetizer.h"
#include "tests/unit/rtp/inspected.h"

namespace sluice::rtp::payload {
namespace {

using media::Codec;
using test::Hex;

Packet PacketOf(Bytes payload, uint16_t number, uint32_t timestamp, bool starts, bool marker) {
  Packet packet;
  packet.payload = std::move(payload);
  packet.sequence_number = number;
  packet.rtp_timestamp = timestamp;
  packet.role.starts_access_unit = starts;
  packet.marker = marker;
  return packet;
}

std::vector<CodedFrame> Depacketized(Codec codec, const std::vector<Packet>& packets) {
  FrameDepacketizer depacketizer(codec);
  std::vector<CodedFrame> frames;
  for (const Packet& packet : packets) depacketizer.Push(packet, frames);
  return frames;
}

std::vector<Packet> Vp8Packets(const std::vector<Bytes>& frames) {
  std::vector<Packet> packets;
  uint32_t timestamp = 0;
  for (const Bytes& frame : frames) {
    REQUIRE(vp8::Packetizer(100).Packetize({frame, timestamp += 3000, Instant(5s)}, packets));
  }
  uint16_t number = 65534;
  for (Packet& packet : packets) packet.sequence_number = number++;
  return packets;
}

const Bytes kKeyFrame = Filled("10020a 9d012a 8002 6801", 1000);
const Bytes kInterFrame = Filled("110200 aabb", 250);

TEST_CASE("RFC 7741: a VP8 frame is cut into packets of equal size, and put together again") {
  const std::vector<Packet> packets = Vp8Packets({kKeyFrame, kInterFrame});
  REQUIRE(packets.size() == 11 + 3);
  CHECK(packets[0].payload[0] == 0x10);
  CHECK(packets[1].payload[0] == 0x00);
  CHECK(packets[0].payload.size() == packets[9].payload.size());
  CHECK(packets[0].role.key_frame);
  CHECK(packets[0].role.starts_access_unit);
  CHECK_FALSE(packets[1].role.starts_access_unit);
  CHECK_FALSE(packets[11].role.key_frame);
  CHECK(packets[10].marker);
  CHECK_FALSE(packets[9].marker);
  auto frames = Depacketized(Codec::kVp8, packets);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].bytes == kKeyFrame);
  CHECK(frames[0].role.key_frame);
  CHECK(frames[0].complete);
  CHECK(frames[0].arrival == Instant(5s));
  CHECK(frames[1].bytes == kInterFrame);
  CHECK(frames[1].rtp_timestamp == 6000);
}

TEST_CASE("what is not VP8 is not packetized") {
  std::vector<Packet> packets;
  const Bytes no_start_code(20, 0);
  CHECK_FALSE(vp8::Packetizer().Packetize({no_start_code, 0, {}}, packets));
  CHECK_FALSE(vp8::Packetizer().Packetize({{}, 0, {}}, packets));
  CHECK(packets.empty());
}

TEST_CASE("a picture of which a packet is missing is not complete, whichever it is") {
  const std::vector<Packet> whole = Vp8Packets({kKeyFrame, kInterFrame, kInterFrame});
  for (size_t missing = 0; missing < 14; ++missing) {
    CAPTURE(missing);
    std::vector<Packet> packets = whole;
    packets.erase(packets.begin() + static_cast<ptrdiff_t>(missing));
    auto frames = Depacketized(Codec::kVp8, packets);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].complete == (missing > 10));
    CHECK(frames[2].complete);
    if (missing > 10) CHECK_FALSE(frames[1].complete);
  }
}

TEST_CASE("RFC 9628: the frames of all spatial layers are one picture") {
  auto frames = Depacketized(Codec::kVp9, {PacketOf(Hex("ac 11 00 05 aabb"), 1, 3000, true, false),
                                           PacketOf(Hex("ec 11 03 05 cc"), 2, 3000, false, true)});
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].bytes == Hex("aabbcc"));
}

TEST_CASE("AV1 RTP 4.4: OBUs are put together and get their lengths, behind a delimiter") {
  // W = 2, Y: a sequence header and the beginning of a frame; Z: its end, and a padding OBU.
  auto frames = Depacketized(Codec::kAv1, {PacketOf(Hex("60 02 0811 30aa"), 1, 3000, true, false),
                                           PacketOf(Hex("a0 02 bbcc 78"), 2, 3000, false, true)});
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].complete);
  CHECK(frames[0].bytes == Hex("1200 0a 01 11 32 03 aabbcc"));
}

TEST_CASE("AV1: an OBU whose beginning or end is missing makes its unit incomplete") {
  auto ends = Depacketized(Codec::kAv1, {PacketOf(Hex("90 bb"), 1, 3000, true, false),
                                         PacketOf(Hex("10 30cc"), 2, 3000, false, true)});
  REQUIRE(ends.size() == 1);
  CHECK_FALSE(ends[0].complete);
  CHECK(ends[0].bytes == Hex("1200 32 01 cc"));
  auto begins = Depacketized(Codec::kAv1, {PacketOf(Hex("20 01 30 30bb"), 1, 3000, true, false),
                                           PacketOf(Hex("50 30cc"), 2, 3000, false, true)});
  REQUIRE(begins.size() == 1);
  CHECK_FALSE(begins[0].complete);
}

TEST_CASE("malformed packets are counted, and their picture is not complete") {
  FrameDepacketizer depacketizer(Codec::kVp8);
  std::vector<CodedFrame> frames;
  depacketizer.Push(PacketOf(Hex("10 110200"), 1, 3000, true, false), frames);
  depacketizer.Push(PacketOf(Hex("80"), 2, 3000, false, true), frames);
  REQUIRE(frames.size() == 1);
  CHECK_FALSE(frames[0].complete);
  CHECK(depacketizer.counters().malformed_packets == 1);
}

}  // namespace
}  // namespace sluice::rtp::payload
