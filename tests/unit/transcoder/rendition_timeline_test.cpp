#include "services/transcoder/rendition_timeline.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace sluice::transcoder {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

TEST_CASE("a second of the source is a second of the rendition, across both wraps") {
  auto rate = GENERATE(48000U, 44100U, 32000U, 22050U);
  CAPTURE(rate);
  uint32_t source = 0xffffffff - rate / 2;
  RenditionTimeline timeline(rate, 48000, 0xffffff00);
  CHECK(timeline.PositionOf(source) == kOriginNs);
  CHECK(timeline.RenditionTimestampAt(kOriginNs) == 0xffffff00);
  for (uint32_t second = 1; second < 100; ++second) {
    int64_t position = timeline.PositionOf(source + second * rate);
    CHECK(position == kOriginNs + second * kSecondNs);
    CHECK(timeline.RenditionTimestampAt(position) ==
          static_cast<uint32_t>(0xffffff00 + second * 48000));
  }
}

TEST_CASE("older timestamps lie before the first one") {
  RenditionTimeline timeline(44100, 48000, 1000);
  timeline.PositionOf(44100);
  CHECK(timeline.PositionOf(0) == kOriginNs - kSecondNs);
  CHECK(timeline.RenditionTimestampAt(kOriginNs - kSecondNs) ==
        static_cast<uint32_t>(1000 - 48000));
}

TEST_CASE("rounding does not add up: three hours of AAC frames end on the tick") {
  RenditionTimeline timeline(44100, 48000, 0);
  uint32_t source = 0;
  timeline.PositionOf(source);
  // 441 frames of 1024 samples are 10.24 s.
  for (int i = 0; i < 441 * 1000; ++i) timeline.PositionOf(source += 1024);
  int64_t position = timeline.PositionOf(source);
  CHECK(position == kOriginNs + 10240 * kSecondNs);
  CHECK(timeline.RenditionTimestampAt(position) == static_cast<uint32_t>(10240LL * 48000));
}

TEST_CASE("a clock report names the same moment for the same sound in both") {
  RenditionTimeline timeline(44100, 48000, 777);
  timeline.PositionOf(5000);  // where the rendition begins
  rtp::ClockReport source = {
      .ntp = NtpTime{uint64_t{1000} << 32}, .rtp_timestamp = 5000 + 88200, .clock_rate = 44100};
  rtp::ClockReport report = timeline.ToRendition(source);
  CHECK(report.clock_rate == 48000);
  for (uint32_t ticks : {0U, 1024U, 44100U, 441000U}) {
    uint32_t rendition = timeline.RenditionTimestampAt(timeline.PositionOf(5000 + ticks));
    Duration apart = report.TimeOf(rendition).Since(source.TimeOf(5000 + ticks));
    CHECK(std::abs(apart.count()) <= 21);  // one tick of 48 kHz
  }
}

}  // namespace
}  // namespace sluice::transcoder
