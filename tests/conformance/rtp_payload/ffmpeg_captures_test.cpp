// RFC 6184 and RFC 3640 as ffmpeg speaks them: from its packets to the elementary streams, and
// back.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/aac/depacketizer.h"
#include "libs/rtp/payload/aac/packetizer.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "libs/rtp/rfc4571.h"

namespace sluice::rtp::payload {
namespace {

Bytes ReadFile(const std::string& name) {
  std::ifstream file(SLUICE_CAPTURES + name, std::ios::binary);
  REQUIRE(file.good());
  return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::vector<Packet> ReadCapture(const std::string& name) {
  Bytes bytes = ReadFile(name);
  Rfc4571Reader reader;
  reader.Feed(bytes);
  std::vector<Packet> packets;
  while (auto frame = reader.Next()) {
    auto view = ParseRtp(*frame);
    REQUIRE(view.has_value());
    Packet& packet = packets.emplace_back();
    packet.marker = view->marker;
    packet.sequence_number = view->sequence_number;
    packet.rtp_timestamp = view->rtp_timestamp;
    packet.payload = ToBytes(view->payload);
  }
  return packets;
}

std::vector<h264::AccessUnit> DepacketizeH264(const std::vector<Packet>& packets) {
  h264::Depacketizer depacketizer;
  std::vector<h264::AccessUnit> access_units;
  for (const Packet& packet : packets) depacketizer.Push(packet, access_units);
  CHECK(depacketizer.counters().malformed_packets == 0);
  CHECK(depacketizer.counters().lost_packets == 0);
  return access_units;
}

// What the elementary stream holds, access unit delimiters left out.
std::vector<Bytes> NalUnitsOf(const std::string& name) {
  Bytes bytes = ReadFile(name);
  std::vector<Bytes> nal_units;
  for (ByteView nal_unit : media::SplitAnnexB(bytes)) nal_units.push_back(ToBytes(nal_unit));
  return nal_units;
}

std::vector<Bytes> Joined(const std::vector<h264::AccessUnit>& access_units) {
  std::vector<Bytes> nal_units;
  for (const auto& access_unit : access_units) {
    nal_units.insert(nal_units.end(), access_unit.nal_units.begin(), access_unit.nal_units.end());
  }
  return nal_units;
}

// Raw frames behind ADTS headers of seven bytes (ISO/IEC 13818-7 §6.2).
std::vector<Bytes> FramesOf(const std::string& name) {
  Bytes bytes = ReadFile(name);
  std::vector<Bytes> frames;
  for (size_t at = 0; at + 7 <= bytes.size();) {
    size_t length =
        size_t{bytes[at + 3] & 3U} << 11 | size_t{bytes[at + 4]} << 3 | bytes[at + 5] >> 5;
    REQUIRE((length > 7 && at + length <= bytes.size()));
    ByteView frame = ByteView(bytes).subspan(at + 7, length - 7);
    frames.push_back(ToBytes(frame));
    at += length;
  }
  return frames;
}

TEST_CASE("RFC 6184: ffmpeg's packets give its elementary stream, picture by picture") {
  auto access_units = DepacketizeH264(ReadCapture("h264.rfc4571"));
  CHECK(access_units.size() == 12);
  CHECK(Joined(access_units) == NalUnitsOf("h264.annexb"));
  size_t key_frames = 0;
  for (const auto& access_unit : access_units) {
    CHECK(access_unit.complete);
    key_frames += access_unit.role.key_frame;
  }
  CHECK(key_frames == 2);
}

TEST_CASE("RFC 6184: what was depacketized is packetized to the same pictures") {
  auto access_units = DepacketizeH264(ReadCapture("h264.rfc4571"));
  std::vector<Packet> packets;
  for (const auto& access_unit : access_units) {
    std::vector<ByteView> nal_units(access_unit.nal_units.begin(), access_unit.nal_units.end());
    h264::Packetizer(300).Packetize(
        {.nal_units = nal_units, .rtp_timestamp = access_unit.rtp_timestamp}, packets);
  }
  uint16_t number = 0;
  for (Packet& packet : packets) {
    CHECK(packet.payload.size() <= 300);
    packet.sequence_number = number++;
  }
  CHECK(Joined(DepacketizeH264(packets)) == NalUnitsOf("h264.annexb"));
}

// Its timestamps came by FLV, in milliseconds: 45 ticks of 44.1 kHz.
TEST_CASE("RFC 3640: ffmpeg's packets give its frames, 1024 samples apart") {
  aac::Depacketizer depacketizer;
  std::vector<aac::AccessUnit> access_units;
  for (const Packet& packet : ReadCapture("aac.rfc4571")) {
    CHECK(depacketizer.Push(packet, access_units));
  }
  std::vector<Bytes> frames = FramesOf("aac.adts");
  REQUIRE(access_units.size() == frames.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    CHECK(access_units[i].bytes == frames[i]);
    auto distance =
        static_cast<double>(access_units[i].rtp_timestamp - access_units[0].rtp_timestamp);
    CHECK(distance == Approx(static_cast<double>(i * 1024)).margin(45));
  }
}

}  // namespace
}  // namespace sluice::rtp::payload
