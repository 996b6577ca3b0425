#include <catch2/catch.hpp>

#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "libs/rtp/payload/mpeg_audio/packetizer.h"
#include "tests/support/hex.h"

namespace sluice::rtp::payload::mpeg_audio {
namespace {

using test::Hex;

// A frame of 128 kbit/s, 44.1 kHz, stereo: 417 bytes; or of 320 kbit/s, 32 kHz: 1440 bytes.
Bytes FrameOf(const std::string& header, uint8_t fill) {
  Bytes frame = Hex(header);
  frame.resize(media::ParseMpegAudioHeader(frame)->size, fill);
  return frame;
}
Bytes ShortFrame(uint8_t fill = 7) { return FrameOf("fffb9064", fill); }
Bytes LongFrame(uint8_t fill = 9) { return FrameOf("fffbe864", fill); }

std::vector<Packet> Packetized(const Bytes& frame, uint16_t first_number = 0,
                               uint32_t timestamp = 1000) {
  std::vector<Packet> packets;
  REQUIRE(Packetizer().Packetize(
      {.frame = frame, .rtp_timestamp = timestamp, .arrival = Instant(5s)}, packets));
  for (Packet& packet : packets) packet.sequence_number = first_number++;
  return packets;
}

Packet PacketOf(uint16_t number, uint32_t timestamp, const Bytes& payload) {
  Packet packet;
  packet.sequence_number = number;
  packet.rtp_timestamp = timestamp;
  packet.payload = payload;
  return packet;
}

Bytes Joined(const std::vector<Bytes>& parts) {
  Bytes joined;
  for (const Bytes& part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

TEST_CASE("RFC 2250 3.5: a frame stands behind a header of 32 bits") {
  auto packets = Packetized(ShortFrame());
  REQUIRE(packets.size() == 1);
  CHECK(packets[0].payload == Joined({Hex("00000000"), ShortFrame()}));
  CHECK_FALSE(packets[0].marker);
  CHECK(packets[0].role.starts_access_unit);
  CHECK(packets[0].rtp_timestamp == 1000);
  CHECK(packets[0].arrival == Instant(5s));
}

TEST_CASE("RFC 2250 3.5: the fragments of a long frame say where they belong in it") {
  auto packets = Packetized(LongFrame());
  REQUIRE(packets.size() == 2);
  CHECK(packets[0].payload.size() == 4 + 720);
  CHECK(ByteView(packets[0].payload).first(4)[3] == 0);
  CHECK(packets[1].payload.size() == 4 + 720);
  CHECK(ToBytes(ByteView(packets[1].payload).first(4)) == Hex("000002d0"));
  CHECK(packets[1].rtp_timestamp == packets[0].rtp_timestamp);
}

TEST_CASE("what is not one whole layer III frame is not packetized") {
  Bytes cut = ShortFrame();
  cut.pop_back();
  Bytes longer = ShortFrame();
  longer.push_back(0);
  std::vector<Packet> packets;
  for (const Bytes& bytes : {cut, longer, Bytes{}, Bytes(400, 0)}) {
    CHECK_FALSE(Packetizer().Packetize({.frame = bytes}, packets));
  }
  CHECK(packets.empty());
}

TEST_CASE("RFC 2250: what is packetized is depacketized, across the wraps") {
  std::vector<Bytes> frames = {ShortFrame(1), LongFrame(2), LongFrame(3), ShortFrame(4)};
  Depacketizer depacketizer;
  std::vector<Frame> out;
  uint16_t number = 65534;
  uint32_t timestamp = 0xfffff000;
  for (const Bytes& frame : frames) {
    for (const Packet& packet : Packetized(frame, number, timestamp)) {
      CHECK(depacketizer.Push(packet, out));
      ++number;
    }
    timestamp += 2351;
  }
  REQUIRE(out.size() == frames.size());
  for (size_t i = 0; i < out.size(); ++i) {
    CAPTURE(i);
    CHECK(out[i].bytes == frames[i]);
    CHECK(out[i].rtp_timestamp == static_cast<uint32_t>(0xfffff000 + i * 2351));
    CHECK(out[i].arrival == Instant(5s));
    CHECK_FALSE(out[i].after_loss);
  }
  CHECK(out[0].header.sample_rate == 44100);
  CHECK(depacketizer.counters().lost_packets == 0);
}

TEST_CASE("RFC 2250 3.5: several frames of one packet follow each other in time") {
  Depacketizer depacketizer;
  std::vector<Frame> out;
  CHECK(depacketizer.Push(
      PacketOf(1, 100, Joined({Hex("00000000"), ShortFrame(1), ShortFrame(2), ShortFrame(3)})),
      out));
  REQUIRE(out.size() == 3);
  CHECK(out[1].bytes == ShortFrame(2));
  CHECK(out[1].rtp_timestamp == 100 + 1152 * 90000 / 44100);
  CHECK(out[2].rtp_timestamp == 100 + 2 * 1152 * 90000 / 44100);
}

TEST_CASE("a fragmented frame is dropped with any of its fragments, and the next says so") {
  for (size_t lost = 0; lost < 2; ++lost) {
    CAPTURE(lost);
    auto packets = Packetized(LongFrame());
    packets.erase(packets.begin() + static_cast<ptrdiff_t>(lost));
    packets.push_back(Packetized(ShortFrame(), 2, 4000)[0]);
    Depacketizer depacketizer;
    std::vector<Frame> out;
    for (const Packet& packet : packets) CHECK(depacketizer.Push(packet, out));
    REQUIRE(out.size() == 1);
    CHECK(out[0].bytes == ShortFrame());
    CHECK(out[0].after_loss);
  }
}

TEST_CASE("malformed payloads are counted, and nothing is taken of them") {
  auto long_packets = Packetized(LongFrame());
  Bytes wrong_offset = long_packets[1].payload;
  wrong_offset[3] = 1;
  Bytes too_long = long_packets[1].payload;
  too_long.push_back(0);
  auto payload = GENERATE_COPY(values<Bytes>({
      {},
      Hex("0000"),
      Hex("00000000"),
      Hex("00000000 fffb90"),                                         // no whole header
      Joined({Hex("00000000"), ShortFrame(), Hex("0102030405")}),     // garbage behind a frame
      Joined({Hex("00000000"), ShortFrame(), Hex("fffb9064 0102")}),  // the second is cut off
      wrong_offset,
      too_long,
  }));
  Depacketizer depacketizer;
  std::vector<Frame> out;
  CHECK(depacketizer.Push(long_packets[0], out));
  CHECK_FALSE(depacketizer.Push(PacketOf(1, 1000, payload), out));
  CHECK(out.empty());
  CHECK(depacketizer.counters().malformed_packets == 1);
  // And the stream goes on.
  CHECK(depacketizer.Push(Packetized(ShortFrame(), 2)[0], out));
  REQUIRE(out.size() == 1);
  CHECK(out[0].after_loss);
}

TEST_CASE("a reset forgets the sequence, not the counters") {
  Depacketizer depacketizer;
  std::vector<Frame> out;
  depacketizer.Push(Packetized(LongFrame())[0], out);
  depacketizer.Reset();
  CHECK(depacketizer.Push(Packetized(ShortFrame(), 9000)[0], out));
  REQUIRE(out.size() == 1);
  CHECK_FALSE(out[0].after_loss);
  CHECK(depacketizer.counters().lost_packets == 0);
}

}  // namespace
}  // namespace sluice::rtp::payload::mpeg_audio
