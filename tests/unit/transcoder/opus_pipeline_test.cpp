#include "services/transcoder/opus_pipeline.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "libs/media/audio_specific_config.h"
#include "libs/media/opus_packet.h"
#include "services/transcoder/rendition_timeline.h"
#include "tests/unit/transcoder/frame_list.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using test::FrameList;
using test::Sound;
using test::TimedBytes;

struct Format {
  int rate;
  int channels;
};

media::AudioSpecificConfig ConfigOf(const Format& format) {
  media::AudioSpecificConfig config;
  config.sample_rate = config.output_sample_rate = static_cast<uint32_t>(format.rate);
  config.channels = static_cast<uint8_t>(format.channels);
  return config;
}

SoundFormat AacFormat(const Bytes& config) {
  media::Track track;
  track.codec = media::Codec::kAac;
  track.codec_config = config;
  auto format = SoundFormatOf(track);
  REQUIRE(format.ok());
  return *format;
}

SoundFormat FormatOf(const media::AudioSpecificConfig& config) {
  return AacFormat(media::Serialize(config));
}

int64_t PositionOf(size_t access_unit, int rate) {
  return static_cast<int64_t>(access_unit) * 1024 * 1'000'000'000 / rate;
}

TEST_CASE("Opus sounds at the same moments as the AAC it is made of, and as strong") {
  test::LoadPlugins();
  auto format = GENERATE(Format{48000, 2}, Format{44100, 2}, Format{44100, 1}, Format{32000, 1});
  CAPTURE(format.rate, format.channels);
  std::vector<Bytes> access_units =
      test::EncodeAac(test::ToneBursts(format.rate, 3), format.channels);
  FrameList frames;
  auto pipeline = OpusPipeline::Start({FormatOf(ConfigOf(format)), 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  for (size_t i = 0; i < access_units.size(); ++i) {
    REQUIRE((*pipeline)->Push(access_units[i], kOriginNs + PositionOf(i, format.rate)));
  }
  std::vector<TimedBytes> packets = frames.WaitUntil(kOriginNs + 2'900'000'000);
  REQUIRE(packets.size() > 140);
  for (size_t i = 0; i < packets.size(); ++i) {
    packets[i].position_ns -= kOriginNs;
    CHECK(media::OpusPacketSamples(packets[i].bytes) == 960);
    if (i > 0) CHECK(packets[i].position_ns - packets[i - 1].position_ns == 20'000'000);
  }
  Sound aac = test::DecodeAac(access_units, media::Serialize(ConfigOf(format)), format.rate,
                              format.channels);
  Sound opus = test::DecodeOpus(packets, format.channels);
  std::vector<double> expected = test::Onsets(aac);
  std::vector<double> heard = test::Onsets(opus);
  REQUIRE(expected.size() == 6);
  REQUIRE(heard.size() >= 5);
  for (size_t i = 0; i < heard.size(); ++i) {
    CHECK(heard[i] == Approx(expected[i]).margin(0.001));
  }
  double within = expected[2] + 0.02;
  double loud = test::Amplitude(aac, 1000, within, within + 0.06);
  CHECK(test::Amplitude(opus, 1000, within, within + 0.06) == Approx(loud).epsilon(0.1));
  CHECK(test::Amplitude(opus, 1000, within + 0.2, within + 0.26) < loud / 100);
}

TEST_CASE("nothing is held back but what does not fill an Opus frame") {
  test::LoadPlugins();
  auto rate = GENERATE(48000, 44100);
  CAPTURE(rate);
  std::vector<Bytes> access_units = test::EncodeAac(test::ToneBursts(rate, 1), 2);
  FrameList frames;
  auto pipeline = OpusPipeline::Start({FormatOf(ConfigOf({rate, 2})), 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  for (size_t i = 0; i < access_units.size(); ++i) {
    REQUIRE((*pipeline)->Push(access_units[i], kOriginNs + PositionOf(i, rate)));
    // A frame of 20 ms, its look-ahead of 2.5 ms, and 1 ms of the resampler's filter.
    int64_t converted = PositionOf(i + 1, rate) - 23'500'000;
    if (converted < 0) continue;
    size_t count = static_cast<size_t>(converted / 20'000'000) + 1;
    REQUIRE(frames.WaitForCount(count).size() >= count);
  }
}

TEST_CASE("a jump of the source's time is followed") {
  test::LoadPlugins();
  Format format = {48000, 2};
  std::vector<Bytes> access_units = test::EncodeAac(test::ToneBursts(48000, 2), 2);
  auto jump_ns = GENERATE(int64_t{10'000'000'000}, int64_t{-10'000'000'000});
  FrameList frames;
  auto pipeline = OpusPipeline::Start({FormatOf(ConfigOf(format)), 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  for (size_t i = 0; i < access_units.size(); ++i) {
    int64_t jump = i < access_units.size() / 2 ? 0 : jump_ns;
    (*pipeline)->Push(access_units[i], kOriginNs + PositionOf(i, 48000) + jump);
  }
  std::vector<TimedBytes> packets = frames.WaitForCount(96);
  size_t jumps = 0;
  for (size_t i = 1; i < packets.size(); ++i) {
    int64_t step = packets[i].position_ns - packets[i - 1].position_ns;
    if (std::abs(step - 20'000'000) < 1'000'000) continue;
    ++jumps;
    CHECK(std::abs(step - jump_ns) < 100'000'000);
  }
  CHECK(jumps == 1);
}

TEST_CASE("bytes that are no AAC do not stop a pipeline that gets AAC again") {
  test::LoadPlugins();
  Format format = {48000, 2};
  std::vector<Bytes> access_units = test::EncodeAac(test::ToneBursts(48000, 1), 2);
  FrameList frames;
  auto pipeline = OpusPipeline::Start({FormatOf(ConfigOf(format)), 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  for (size_t i = 0; i < access_units.size(); ++i) {
    Bytes bytes = i == 10 ? Bytes(100, 0xff) : access_units[i];
    (*pipeline)->Push(bytes, kOriginNs + PositionOf(i, 48000));
  }
  CHECK(frames.WaitUntil(kOriginNs + 900'000'000).size() > 40);
}

// The mean square of what lies between 12 and 16 kHz: what SBR adds to a core coder of 22.05 kHz.
double HighStrength(const Sound& sound, double from, double to) {
  double sum = 0;
  for (int frequency = 12000; frequency < 16000; frequency += 50) {
    sum += std::pow(test::Amplitude(sound, frequency, from, to), 2);
  }
  return sum;
}

// What comes of access units of `ticks` samples each at `rate`.
std::vector<TimedBytes> Convert(const SoundFormat& format, const std::vector<Bytes>& access_units,
                                int ticks, int rate) {
  FrameList frames;
  auto pipeline = OpusPipeline::Start({format, 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  auto position = [&](size_t i) {
    return kOriginNs + static_cast<int64_t>(i) * ticks * 1'000'000'000 / rate;
  };
  for (size_t i = 0; i < access_units.size(); ++i) {
    REQUIRE((*pipeline)->Push(access_units[i], position(i)));
  }
  auto packets = frames.WaitUntil(position(access_units.size()) - 100'000'000);
  for (size_t i = 0; i < packets.size(); ++i) {
    packets[i].position_ns -= kOriginNs;
    if (i > 0) CHECK(packets[i].position_ns - packets[i - 1].position_ns == 20'000'000);
  }
  return packets;
}

void CheckSameMoments(const Sound& opus, const Sound& source) {
  std::vector<double> expected = test::Onsets(source);
  std::vector<double> heard = test::Onsets(opus);
  REQUIRE(heard.size() >= 5);
  REQUIRE(expected.size() >= heard.size());
  for (size_t i = 0; i < heard.size(); ++i) {
    CHECK(heard[i] == Approx(expected[i]).margin(0.0015));
  }
}

TEST_CASE("HE-AAC sounds at its moments and with its high half, however it is signalled") {
  test::LoadPlugins();
  struct Signalling {
    std::string file;
    Bytes config;
    int channels;
  };
  auto signalling = GENERATE(
      // LC at 22.05 kHz: nothing is said.
      Signalling{"he_aac_v1.aac", {0x13, 0x90}, 2}, Signalling{"he_aac_v2.aac", {0x13, 0x88}, 1},
      // Object type 5 or 29 first.
      Signalling{"he_aac_v1.aac", {0x2b, 0x92, 0x08, 0x00}, 2},
      Signalling{"he_aac_v2.aac", {0xeb, 0x8a, 0x08, 0x00}, 1},
      // Sync extensions behind an LC configuration.
      Signalling{"he_aac_v1.aac", {0x13, 0x90, 0x56, 0xe5, 0xa0}, 2},
      Signalling{"he_aac_v2.aac", {0x13, 0x88, 0x56, 0xe5, 0xa5, 0x48, 0x80}, 1});
  CAPTURE(signalling.file, signalling.config);
  SoundFormat format = AacFormat(signalling.config);
  CHECK(format.sample_rate == 22050);
  CHECK(format.opus_channels == 2);
  std::vector<Bytes> access_units = test::ReadAdts(signalling.file);
  Sound opus = test::DecodeOpus(Convert(format, access_units, 1024, 22050), 2);
  Sound aac = test::DecodeAac(access_units, signalling.config, 22050, signalling.channels, true);
  CheckSameMoments(opus, aac);
  double burst = test::Onsets(opus)[2];
  CHECK(HighStrength(opus, burst, burst + 0.1) > 50 * HighStrength(opus, burst + 0.2, burst + 0.3));
}

TEST_CASE("every main channel of 5.1 is heard in stereo") {
  test::LoadPlugins();
  auto channel = GENERATE(0, 1, 2);
  CAPTURE(channel);
  std::vector<Bytes> access_units = test::EncodeAac51(test::ToneBursts(48000, 3), channel);
  SoundFormat format = FormatOf(ConfigOf({48000, 6}));
  CHECK(format.opus_channels == 2);
  Sound opus = test::DecodeOpus(Convert(format, access_units, 1024, 48000), 2);
  std::vector<double> heard = test::Onsets(opus);
  REQUIRE(heard.size() >= 5);
  for (size_t i = 1; i < heard.size(); ++i) {
    CHECK(heard[i] - heard[i - 1] == Approx(0.5).margin(0.002));
  }
  double loud = test::Amplitude(opus, 1000, heard[2] + 0.02, heard[2] + 0.08);
  CHECK(loud > 0.05);
  CHECK(test::Amplitude(opus, 1000, heard[2] + 0.2, heard[2] + 0.26) < loud / 50);
}

TEST_CASE("Opus sounds at the same moments as the MP3 it is made of") {
  test::LoadPlugins();
  auto kind = GENERATE(Format{44100, 2}, Format{48000, 2}, Format{44100, 1}, Format{22050, 1});
  CAPTURE(kind.rate, kind.channels);
  std::vector<Bytes> frames = test::EncodeMp3(test::ToneBursts(kind.rate, 3), kind.channels);
  media::Track track;
  track.codec = media::Codec::kMp3;
  track.codec_config = ToBytes(ByteView(frames[1]).first(4));
  auto format = SoundFormatOf(track);
  REQUIRE(format.ok());
  REQUIRE(format->sample_rate == static_cast<uint32_t>(kind.rate));
  CHECK(format->opus_channels == static_cast<uint32_t>(kind.channels));
  int samples = kind.rate == 22050 ? 576 : 1152;
  Sound opus = test::DecodeOpus(Convert(*format, frames, samples, kind.rate), kind.channels);
  CheckSameMoments(opus, test::DecodeMp3(frames, kind.rate, kind.channels, samples));
}

TEST_CASE("what sound becomes: mono stays mono, unless it may be parametric stereo") {
  auto channels_of = [](const Bytes& config) { return AacFormat(config).opus_channels; };
  CHECK(channels_of({0x12, 0x08}) == 1);        // LC, 44.1 kHz, mono
  CHECK(channels_of({0x13, 0x88}) == 2);        // LC, 22.05 kHz, mono
  CHECK(channels_of({0x12, 0x10}) == 2);        // LC, 44.1 kHz, stereo
  CHECK(channels_of({0x11, 0xb0}) == 2);        // LC, 48 kHz, 5.1
  CHECK(channels_of({0x11, 0x80, 0x00}) == 2);  // channels as the bitstream says
  media::Track track;
  track.codec = media::Codec::kMp3;
  CHECK(SoundFormatOf(track).status().code() == absl::StatusCode::kInvalidArgument);
  track.codec = media::Codec::kSpeex;
  CHECK(SoundFormatOf(track).status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::transcoder
