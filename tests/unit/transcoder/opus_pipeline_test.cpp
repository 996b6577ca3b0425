#include "services/transcoder/opus_pipeline.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "libs/media/opus_packet.h"
#include "services/transcoder/rendition_timeline.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using test::Sound;
using test::TimedBytes;

// What comes out of a pipeline, waited for.
class FrameList {
 public:
  OpusPipeline::Delegate delegate() {
    return {[this](OpusFrame frame) {
              std::lock_guard lock(mutex_);
              frames_.push_back({std::move(frame.bytes), frame.position_ns});
              changed_.notify_all();
            },
            [this](std::string reason) {
              std::lock_guard lock(mutex_);
              failure_ = std::move(reason);
              changed_.notify_all();
            }};
  }
  // All that has come by the time that sound up to `position_ns` is there.
  std::vector<TimedBytes> WaitUntil(int64_t position_ns) {
    return Wait(
        [&] { return !frames_.empty() && frames_.back().position_ns + 20'000'000 >= position_ns; });
  }
  std::vector<TimedBytes> WaitForCount(size_t count) {
    return Wait([&] { return frames_.size() >= count; });
  }

 private:
  std::vector<TimedBytes> Wait(const std::function<bool()>& enough) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20),
                      [&] { return !failure_.empty() || enough(); });
    CHECK(failure_.empty());
    return frames_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<TimedBytes> frames_;  // guarded by mutex_
  std::string failure_;             // guarded by mutex_
};

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
  auto pipeline = OpusPipeline::Start({ConfigOf(format), 64'000}, frames.delegate());
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
  auto pipeline = OpusPipeline::Start({ConfigOf({rate, 2}), 64'000}, frames.delegate());
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
  auto pipeline = OpusPipeline::Start({ConfigOf(format), 64'000}, frames.delegate());
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
  auto pipeline = OpusPipeline::Start({ConfigOf(format), 64'000}, frames.delegate());
  REQUIRE(pipeline.ok());
  for (size_t i = 0; i < access_units.size(); ++i) {
    Bytes bytes = i == 10 ? Bytes(100, 0xff) : access_units[i];
    (*pipeline)->Push(bytes, kOriginNs + PositionOf(i, 48000));
  }
  CHECK(frames.WaitUntil(kOriginNs + 900'000'000).size() > 40);
}

}  // namespace
}  // namespace sluice::transcoder
