#include "services/webrtc-media/publisher_timeline.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

constexpr auto kAudio = media::MediaKind::kAudio;
constexpr auto kVideo = media::MediaKind::kVideo;
constexpr NtpTime kOurs{uint64_t{4'000'000'000} << 32};
constexpr NtpTime kTheirs{uint64_t{1'000'000} << 32};
const Instant kStart{500s};

struct TimelineFixture {
  TimelineFixture() {
    timeline.Begin({kAudio, kVideo, kVideo});
    timeline.SetClockRate(0, 48000);
  }
  uint32_t Map(size_t encoding, uint32_t timestamp, Duration at) {
    return timeline.Map(encoding, timestamp, kStart + at);
  }
  // The moment of the host's clock, since the start, that a line's timestamp belongs to.
  Duration MomentOf(media::MediaKind kind, uint32_t timestamp) {
    return timeline.clock(kind)->TimeOf(timestamp).Since(kOurs);
  }
  static bool Near(Duration a, Duration b) { return a - b < 100us && b - a < 100us; }
  // NTP time and microseconds are not the same to the last tick.
  static bool Near(uint32_t a, uint32_t b) { return a - b + 2 <= 4; }

  PublisherTimeline timeline{kStart, kOurs};
};

TEST_CASE_METHOD(TimelineFixture, "distances of timestamps stay, over the wrap too") {
  const uint32_t first = Map(1, 0xffff'ff00, 0ms);
  CHECK(Map(1, 0xffff'ff00 + 3000, 33ms) == first + 3000);
  CHECK(Map(1, 0xffff'ff00 + 3000, 34ms) == first + 3000);
  CHECK(Map(1, 0xffff'ff00 + 6000, 90ms) == first + 6000);
}

TEST_CASE_METHOD(TimelineFixture, "a line's clock is there with its first packet, by arrival") {
  CHECK_FALSE(timeline.clock(kVideo));
  CHECK_FALSE(timeline.TakeClockChange(kVideo));
  const uint32_t out = Map(1, 1000, 250ms);
  CHECK(timeline.TakeClockChange(kVideo));
  CHECK_FALSE(timeline.TakeClockChange(kVideo));
  CHECK_FALSE(timeline.TakeClockChange(kAudio));
  CHECK(Near(MomentOf(kVideo, out), 250ms));
}

TEST_CASE_METHOD(TimelineFixture,
                 "layers are put onto one line by arrival, then exactly by their sender reports") {
  const uint32_t large = Map(1, 1'000'000, 0ms);
  const uint32_t small = Map(2, 77'000, 12ms);  // the same picture, sent a little later
  CHECK(Near(small - large, 12 * 90));
  timeline.OnSenderReport(1, kTheirs, 1'000'000);
  timeline.OnSenderReport(2, kTheirs, 77'000);
  CHECK(Map(1, 1'003'000, 33ms) == large + 3000);
  CHECK(Near(Map(2, 80'000, 45ms), large + 3000));
}

TEST_CASE_METHOD(TimelineFixture, "a layer that has to go back does so without going backwards") {
  const uint32_t large = Map(1, 1'000'000, 0ms);
  uint32_t last = Map(2, 77'000, 100ms);  // the same picture
  timeline.OnSenderReport(1, kTheirs, 1'000'000);
  timeline.OnSenderReport(2, kTheirs, 77'000);
  uint32_t large_out = large;
  for (uint32_t i = 1; i <= 20; ++i) {
    large_out = Map(1, 1'000'000 + i * 3000, i * 33ms);
    const uint32_t out = Map(2, 77'000 + i * 3000, i * 33ms + 100ms);
    CHECK(static_cast<int32_t>(out - last) > 0);
    last = out;
  }
  CHECK(Near(last, large_out));
}

TEST_CASE_METHOD(TimelineFixture,
                 "a publisher's first sender reports bring picture and sound together at once") {
  const uint32_t picture = Map(1, 9000, 0ms);
  const uint32_t sound = Map(0, 4800, 100ms);  // taken at the same moment, but it came later
  timeline.TakeClockChange(kAudio);
  timeline.OnSenderReport(1, kTheirs, 9000);
  timeline.OnSenderReport(0, kTheirs, 4800);
  CHECK(Near(MomentOf(kVideo, picture), 0ms));
  CHECK(Near(MomentOf(kAudio, sound), 0ms));
  CHECK(timeline.TakeClockChange(kAudio));
  CHECK(Map(0, 5760, 120ms) == sound + 960);  // its timestamps have not moved
}

TEST_CASE_METHOD(TimelineFixture, "later sender reports do so gradually") {
  Map(1, 9000, 0ms);
  const uint32_t sound = Map(0, 4800, 0ms);
  timeline.OnSenderReport(1, kTheirs, 9000);
  timeline.OnSenderReport(0, kTheirs, 4800);
  timeline.TakeClockChange(kAudio);
  timeline.OnSenderReport(0, kTheirs.Plus(900ms), 4800 + 48'000);  // 100 ms earlier than it was
  CHECK(Near(MomentOf(kAudio, sound), 0ms));
  Duration before{};
  for (int second = 1; second <= 6; ++second) {
    timeline.Slew(kStart + second * 1s);
    timeline.Slew(kStart + second * 1s + 500ms);
    const Duration now = MomentOf(kAudio, sound);
    CHECK(before - now <= PublisherTimeline::kSlew + 100us);
    before = now;
  }
  CHECK(timeline.TakeClockChange(kAudio));
  CHECK(Near(MomentOf(kAudio, sound), -100ms));
}

TEST_CASE_METHOD(TimelineFixture, "a clock that is far off is set at once") {
  const uint32_t picture = Map(1, 9000, 0ms);
  const uint32_t sound = Map(0, 4800, 0ms);
  timeline.OnSenderReport(1, kTheirs, 9000);
  timeline.OnSenderReport(0, kTheirs.Plus(3s), 4800);
  CHECK(Near(MomentOf(kAudio, sound) - MomentOf(kVideo, picture), 3s));
}

TEST_CASE_METHOD(TimelineFixture, "timestamps that jump begin anew where the clock stands") {
  const uint32_t first = Map(1, 1000, 0ms);
  SECTION("forwards") {
    const uint32_t out = Map(1, 1000 + 90'000 * 60, 40ms);
    CHECK(Near(out - first, 40 * 90));
  }
  SECTION("backwards") {
    const uint32_t out = Map(1, 1000 - 90'000 * 60, 40ms);
    CHECK(Near(out - first, 40 * 90));
  }
  SECTION("a pause is no jump") { CHECK(Map(1, 1000 + 90'000 * 60, 60s) - first == 90'000 * 60); }
}

TEST_CASE_METHOD(TimelineFixture, "another publisher goes on where the clock stands") {
  const uint32_t first = Map(1, 5, 0ms);
  Map(0, 7, 0ms);
  timeline.OnSenderReport(1, kTheirs, 5);
  timeline.Begin({kVideo, kAudio});
  CHECK(Near(Map(0, 123'456'789, 3s) - first, 3 * 90'000));
  SECTION("its first picture was late: the next ones put it right") {
    // A picture of 3.04 s that comes only 10 ms after the first one.
    CHECK(Near(Map(0, 123'456'789 + 3600, 3s + 10ms) - first, 3 * 90'000 + 900));
    CHECK(Near(Map(0, 123'456'789 + 7200, 3s + 50ms) - first, 3 * 90'000 + 4500));
  }
  SECTION("its reports are of another clock") {
    timeline.OnSenderReport(0, kTheirs.Plus(-1000s), 123'456'789);
    CHECK(Near(MomentOf(kVideo, first + 3 * 90'000), 3s));
  }
}

TEST_CASE_METHOD(TimelineFixture,
                 "a publisher that comes back at once does not repeat timestamps") {
  Map(1, 1000, 0ms);
  const uint32_t last = Map(1, 10'000, 20ms);  // 100 ms of pictures in 20 ms: a backlog
  timeline.Begin({kVideo});
  CHECK(static_cast<int32_t>(Map(0, 1, 21ms) - last) > 0);
}

TEST_CASE_METHOD(TimelineFixture, "another clock rate begins the line anew") {
  Map(0, 1000, 0ms);
  timeline.TakeClockChange(kAudio);
  timeline.SetClockRate(0, 8000);
  CHECK_FALSE(timeline.clock(kAudio));
  Map(0, 160, 1s);
  CHECK(timeline.TakeClockChange(kAudio));
  CHECK(timeline.clock(kAudio)->clock_rate == 8000);
}

TEST_CASE_METHOD(TimelineFixture, "a line of many hours keeps its clock") {
  uint32_t in = 0;
  uint32_t out = 0;
  for (int minute = 0; minute <= 24 * 60; ++minute) {
    out = Map(1, in, minute * 60s);
    timeline.Slew(kStart + minute * 60s);
    in += 60 * 90'000;
  }
  CHECK(Near(MomentOf(kVideo, out), 24 * 3600s));
}

TEST_CASE_METHOD(TimelineFixture, "an encoding that was not announced is harmless") {
  CHECK(Map(9, 42, 0ms) == 42);
  timeline.OnSenderReport(9, kTheirs, 1);
  timeline.SetClockRate(9, 0);
  CHECK_FALSE(timeline.clock(kVideo));
}

}  // namespace
}  // namespace sluice::webrtc_media
