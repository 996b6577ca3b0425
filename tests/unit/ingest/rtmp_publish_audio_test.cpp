#include <catch2/catch.hpp>

#include "libs/rtp/payload/mpeg_audio/depacketizer.h"
#include "tests/unit/ingest/publishing.h"

namespace sluice::ingest {
namespace {

constexpr auto kAudio = media::MediaKind::kAudio;

std::vector<rtp::payload::mpeg_audio::Frame> Mp3Frames(Publishing& publishing) {
  rtp::payload::mpeg_audio::Depacketizer depacketizer;
  std::vector<rtp::payload::mpeg_audio::Frame> frames;
  for (const auto& packet : publishing.Packets(kAudio)) depacketizer.Push(*packet, frames);
  return frames;
}

TEST_CASE_METHOD(Publishing,
                 "every kind of AAC has its channels, and the clock of its core coder") {
  struct Example {
    std::string config;
    uint32_t clock_rate;
    uint32_t channels;
    uint32_t ticks;  // of an access unit
  };
  auto example = GENERATE(values<Example>({
      {"1208", 44'100, 1, 1024},                                                    // mono
      {"11b0", 48'000, 6, 1024},                                                    // 5.1
      {"1200 0508440020 00c40d4c61766335392e33372e31303056e500", 44'100, 6, 1024},  // 5.1, side
      {"1194", 48'000, 2, 960},
      {"2b118800", 24'000, 2, 1024},    // HE-AAC: 48 kHz are heard
      {"131056e598", 24'000, 2, 1024},  // the same, backward compatible
      {"eb098800", 24'000, 2, 1024},    // HE-AAC v2: mono with parametric stereo
  }));
  CAPTURE(example.config);
  Receive(AudioHeader(test::Hex(example.config)));
  CHECK(Track(kAudio).clock_rate == example.clock_rate);
  CHECK(Track(kAudio).channels == example.channels);
  for (uint32_t i = 0; i < 40; ++i) {
    Receive(Sound(i * example.ticks * 1000 / example.clock_rate));
  }
  auto packets = Packets(kAudio);
  REQUIRE(packets.size() == 40);
  for (size_t i = 1; i < packets.size(); ++i) {
    CHECK(packets[i]->rtp_timestamp - packets[i - 1]->rtp_timestamp == example.ticks);
  }
  CHECK(counters.sound_reanchored == 0);
}

TEST_CASE_METHOD(Publishing, "the first MP3 frame makes the track") {
  Receive(Mp3(0));
  CHECK(Track(kAudio).codec == media::Codec::kMp3);
  CHECK(Track(kAudio).clock_rate == 90'000);
  CHECK(Track(kAudio).channels == 2);
  CHECK(Track(kAudio).codec_config == test::Hex("fffb9064"));
  REQUIRE(Mp3Frames(*this).size() == 1);
  CHECK(Mp3Frames(*this)[0].bytes == Mp3Frame(0));
  CHECK(publish.refused_codecs().empty());
}

TEST_CASE_METHOD(Publishing, "MP3 counts samples though its milliseconds are rounded") {
  for (uint32_t timestamp : {0, 26, 52, 78, 104}) Receive(Mp3(timestamp));
  auto frames = Mp3Frames(*this);
  REQUIRE(frames.size() == 5);
  for (int64_t i = 0; i < 5; ++i) {
    CHECK(frames[i].rtp_timestamp - frames[0].rtp_timestamp == i * 1152 * 90'000 / 44'100);
  }
}

TEST_CASE_METHOD(Publishing, "several MP3 frames of one message follow each other") {
  Bytes three;
  for (uint32_t i : {1, 2, 3}) {
    Bytes frame = Mp3Frame(i);
    three.insert(three.end(), frame.begin(), frame.end());
  }
  Receive(Mp3(500, three));
  Receive(Mp3(578));
  auto frames = Mp3Frames(*this);
  REQUIRE(frames.size() == 4);
  CHECK(frames[2].bytes == Mp3Frame(3));
  for (int64_t i = 1; i < 4; ++i) {
    CHECK(frames[i].rtp_timestamp - frames[i - 1].rtp_timestamp == Approx(2351).margin(1));
  }
  CHECK(counters.sound_reanchored == 0);
}

TEST_CASE_METHOD(Publishing, "an MP3 frame that does not fit into a packet is fragmented") {
  Receive(Mp3(0, Mp3Frame(9, "fffbe864")));
  CHECK(Packets(kAudio).size() == 2);
  REQUIRE(Mp3Frames(*this).size() == 1);
  CHECK(Mp3Frames(*this)[0].bytes == Mp3Frame(9, "fffbe864"));
}

TEST_CASE_METHOD(Publishing, "another MP3 rate changes the track, another bit rate does not") {
  Receive(Mp3(0));
  uint64_t epoch = publication.description()->epoch;
  Receive(Mp3(26, Mp3Frame(26, "fffba064")));
  CHECK(publication.description()->epoch == epoch);
  Receive(Mp3(52, Mp3Frame(52, "fff380c4")));
  CHECK(publication.description()->epoch == epoch + 1);
  CHECK(Track(kAudio).channels == 1);
}

TEST_CASE_METHOD(Publishing, "another audio codec makes another track") {
  Receive(AudioHeader());
  Receive(Sound(0));
  uint32_t id = Track(kAudio).id;
  Receive(Mp3(23));
  CHECK(Track(kAudio).id != id);
  CHECK(Track(kAudio).codec == media::Codec::kMp3);
  CHECK(publication.description()->tracks.size() == 1);
}

TEST_CASE_METHOD(Publishing, "MP3 that is cut off or no layer III is counted and left out") {
  Bytes cut = Mp3Frame(0);
  cut.pop_back();
  Receive(Mp3(0, cut));
  Receive(Mp3(26, test::Hex("fffd9064 0102")));
  CHECK(counters.malformed_messages == 2);
  CHECK(sink.packets().empty());
}

}  // namespace
}  // namespace sluice::ingest
