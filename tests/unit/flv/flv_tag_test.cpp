#include <catch2/catch.hpp>

#include "libs/flv/audio_tag.h"
#include "libs/flv/video_tag.h"
#include "tests/support/hex.h"

namespace sluice::flv {
namespace {

using test::Hex;

struct VideoExample {
  const char* name;
  const char* bytes;
  VideoFrameType frame_type;
  AvcPacketType packet_type;
  int32_t composition_time_ms;
};

const VideoExample kVideoExamples[] = {
    {"sequence header", "17 00 000000", VideoFrameType::kKey, AvcPacketType::kSequenceHeader, 0},
    {"key frame", "17 01 000042", VideoFrameType::kKey, AvcPacketType::kNalUnits, 66},
    {"inter frame", "27 01 000000", VideoFrameType::kInter, AvcPacketType::kNalUnits, 0},
    {"shown before it is decoded", "27 01 ffffdf", VideoFrameType::kInter, AvcPacketType::kNalUnits,
     -33},
    {"largest composition time", "27 01 7fffff", VideoFrameType::kInter, AvcPacketType::kNalUnits,
     8388607},
    {"smallest composition time", "27 01 800000", VideoFrameType::kInter, AvcPacketType::kNalUnits,
     -8388608},
    {"end of sequence", "17 02 000000", VideoFrameType::kKey, AvcPacketType::kEndOfSequence, 0},
};

}  // namespace

TEST_CASE("FLV E.4.3: an H.264 tag has frame type, packet type and composition time") {
  for (const VideoExample& example : kVideoExamples) {
    INFO(example.name);
    Bytes bytes = Hex(example.bytes);
    bytes.push_back(0xaa);
    VideoTagResult result = ParseVideoTag(bytes);
    REQUIRE(result.tag.has_value());
    CHECK(result.tag->codec == VideoCodec::kH264);
    CHECK(result.tag->frame_type == example.frame_type);
    CHECK(result.tag->packet_type == example.packet_type);
    CHECK(result.tag->composition_time_ms == example.composition_time_ms);
    CHECK(ToBytes(result.tag->body) == Bytes{0xaa});
  }
}

TEST_CASE("FLV E.4.3: an H.264 tag's header is written as it was read") {
  for (const VideoExample& example : kVideoExamples) {
    INFO(example.name);
    Bytes out;
    AppendAvcTagHeader(example.frame_type, example.packet_type, example.composition_time_ms, out);
    CHECK(out == Hex(example.bytes));
    CHECK(out.size() == kAvcTagHeader);
  }
}

TEST_CASE("FLV E.4.3: each truncation of an H.264 tag's header is refused") {
  Bytes bytes = Hex("17 01 000042");
  for (size_t size = 0; size < bytes.size(); ++size) {
    VideoTagResult result = ParseVideoTag(ByteView(bytes).first(size));
    CHECK_FALSE(result.tag.has_value());
    CHECK(result.error == VideoTagError::kTruncated);
  }
  CHECK(ParseVideoTag(bytes).tag->body.empty());
}

TEST_CASE("FLV E.4.3: an unknown AVCPacketType is refused") {
  VideoTagResult result = ParseVideoTag(Hex("17 03 000000"));
  CHECK_FALSE(result.tag.has_value());
  CHECK(result.error == VideoTagError::kMalformed);
}

TEST_CASE("Enhanced RTMP video is told apart") {
  VideoTagResult result = ParseVideoTag(Hex("90 68766331"));
  CHECK_FALSE(result.tag.has_value());
  CHECK(result.error == VideoTagError::kEnhanced);
}

TEST_CASE("Video codecs that are not taken are known by name") {
  Bytes bytes = Hex("24 0102");
  VideoTagResult result = ParseVideoTag(bytes);
  REQUIRE(result.tag.has_value());
  CHECK(VideoCodecName(result.tag->codec) == "VP6 (4)");
  CHECK(ToBytes(result.tag->body) == Hex("0102"));
  CHECK(VideoCodecName(static_cast<VideoCodec>(9)) == "unknown");
}

TEST_CASE("FLV E.4.2: an AAC tag is a sequence header or raw") {
  Bytes bytes = Hex("af 00 1190");
  auto header = ParseAudioTag(bytes);
  REQUIRE(header.has_value());
  CHECK(header->codec == AudioCodec::kAac);
  CHECK(header->packet_type == AacPacketType::kSequenceHeader);
  CHECK(ToBytes(header->body) == Hex("1190"));
  auto raw = ParseAudioTag(Hex("af 01 21"));
  REQUIRE(raw.has_value());
  CHECK(raw->packet_type == AacPacketType::kRaw);
}

TEST_CASE("FLV E.4.2: an AAC tag's header is written as it was read") {
  Bytes out;
  AppendAacTagHeader(AacPacketType::kSequenceHeader, out);
  AppendAacTagHeader(AacPacketType::kRaw, out);
  CHECK(out == Hex("af00 af01"));
  CHECK(out.size() == 2 * kAacTagHeader);
}

TEST_CASE("FLV E.4.2: truncated audio tags and unknown AAC packet types are refused") {
  CHECK_FALSE(ParseAudioTag({}).has_value());
  CHECK_FALSE(ParseAudioTag(Hex("af")).has_value());
  CHECK_FALSE(ParseAudioTag(Hex("af 02")).has_value());
  CHECK(ParseAudioTag(Hex("af 01"))->body.empty());
}

TEST_CASE("FLV E.4.2.1: the header of an MP3 tag names the nearest rate it has a number for") {
  auto [rate, channels, byte] = GENERATE(table<uint32_t, uint8_t, uint8_t>({
      {44100, 2, 0x2f},
      {48000, 1, 0x2e},
      {32000, 2, 0x2f},
      {24000, 2, 0x2b},
      {22050, 1, 0x2a},
      {11025, 1, 0x26},
      {8000, 1, 0xe6},
  }));
  Bytes bytes;
  AppendMp3TagHeader(rate, channels, bytes);
  CAPTURE(rate);
  CHECK(bytes == Bytes{byte});
}

TEST_CASE("Audio codecs that are not taken are known by name") {
  Bytes bytes = Hex("62 0102");
  auto tag = ParseAudioTag(bytes);
  REQUIRE(tag.has_value());
  CHECK(AudioCodecName(tag->codec) == "Nellymoser (6)");
  CHECK(ToBytes(tag->body) == Hex("0102"));
  CHECK(AudioCodecName(static_cast<AudioCodec>(12)) == "unknown");
}

}  // namespace sluice::flv
