#include "services/ingest/timeline.h"

#include <catch2/catch.hpp>

namespace sluice::ingest {
namespace {

constexpr Instant kStart{1000s};
constexpr auto kVideo = media::MediaKind::kVideo;
constexpr auto kAudio = media::MediaKind::kAudio;

TEST_CASE("the timeline begins at zero with the first message, whatever its timestamp") {
  Timeline timeline;
  CHECK(timeline.Map(kVideo, 123'456, kStart) == 0);
  CHECK(timeline.Map(kVideo, 123'489, kStart) == 33);
  CHECK(timeline.Map(kVideo, 123'440, kStart) == -16);
}

TEST_CASE("RTMP 3: timestamps wrap") {
  Timeline timeline;
  CHECK(timeline.Map(kVideo, 0xfffffff0, kStart) == 0);
  CHECK(timeline.Map(kVideo, 0x10, kStart) == 32);
  CHECK(timeline.Map(kVideo, 0xfffffff0, kStart) == 0);
  CHECK(timeline.jumps() == 0);
}

TEST_CASE("the timeline goes on beyond the range of one wrap") {
  Timeline timeline;
  uint32_t timestamp = 0;
  int64_t expected = 0;
  CHECK(timeline.Map(kVideo, timestamp, kStart) == 0);
  for (int i = 0; i < 2'000'000; ++i) {
    timestamp += 5000;
    expected += 5000;
    timeline.Map(kVideo, timestamp, kStart);
  }
  CHECK(timeline.Map(kVideo, timestamp, kStart) == expected);
  CHECK(timeline.jumps() == 0);
}

TEST_CASE("a jump of over 5 s is replaced by the time that really passed, either way") {
  for (uint32_t jump_to : {1'000'000u, 0u}) {
    Timeline timeline;
    timeline.Map(kVideo, 500'000, kStart);
    CHECK(timeline.Map(kVideo, 500'040, kStart + 40ms) == 40);
    CHECK(timeline.Map(kVideo, jump_to, kStart + 80ms) == 80);
    CHECK(timeline.Map(kVideo, jump_to + 40, kStart + 120ms) == 120);
    CHECK(timeline.jumps() == 1);
  }
}

TEST_CASE("a distance of 5 s between the kinds is taken as it is") {
  Timeline timeline;
  timeline.Map(kVideo, 0, kStart);
  CHECK(timeline.Map(kAudio, 5000, kStart) == 5000);
  CHECK(timeline.Map(kVideo, 40, kStart) == 40);
  CHECK(timeline.Map(kAudio, 5023, kStart) == 5023);
  CHECK(timeline.jumps() == 0);
}

TEST_CASE("a kind that steps back by over 300 ms goes on with the time that really passed") {
  Timeline timeline;
  timeline.Map(kVideo, 10'000, kStart);
  timeline.Map(kAudio, 10'020, kStart + 20ms);
  CHECK(timeline.Map(kVideo, 7'000, kStart + 40ms) == 40);
  CHECK(timeline.Map(kAudio, 7'020, kStart + 60ms) == 60);
  CHECK(timeline.Map(kVideo, 6'800, kStart + 80ms) == -160);  // 200 ms: as it is
  CHECK(timeline.jumps() == 1);
}

TEST_CASE("timestamps that go back with every message still give a timeline that goes on") {
  Timeline timeline;
  int64_t last = timeline.Map(kVideo, 50'000'000, kStart);
  for (int i = 1; i <= 100; ++i) {
    int64_t ms = timeline.Map(kVideo, 50'000'000u - 400'000u * i, kStart + i * 40ms);
    CHECK(ms == last + 40);
    last = ms;
  }
}

TEST_CASE("jumps by hours keep both kinds together") {
  Timeline timeline;
  uint32_t base = 1000;
  for (int i = 0; i < 200; ++i) {
    if (i % 20 == 10) base += 3'600'000u * (i % 3 + 1) * (i % 40 == 10 ? 1 : -1);
    Instant now = kStart + i * 40ms;
    int64_t picture = timeline.Map(kVideo, base + i * 40, now);
    int64_t sound = timeline.Map(kAudio, base + i * 40 + 10, now);
    CHECK(sound - picture == 10);
    CHECK(picture == Approx(i * 40).margin(10 * 10));  // each jump may cost what lay between them
  }
  CHECK(timeline.jumps() == 10);
}

TEST_CASE("another publisher's time goes on behind what there was, by the time that passed") {
  auto [passed, expected] = GENERATE(table<Duration, int64_t>({{Duration(0), 1025}, {3s, 4000}}));
  Timeline timeline;
  timeline.Map(kVideo, 0, kStart);
  timeline.Map(kVideo, 1000, kStart + 1s);
  timeline.Reanchor(1025);
  Instant now = kStart + 1s + passed;
  CHECK(timeline.Map(kAudio, 77'000'000, now) == expected);
  CHECK(timeline.Map(kVideo, 77'000'020, now) == expected + 20);
  CHECK(timeline.jumps() == 1);
}

TEST_CASE("sound counts samples while its timestamps agree to 30 ms") {
  SampleCount samples(44'100);
  // Milliseconds as encoders round them.
  CHECK(samples.Next(0, 1024) == 0);
  CHECK(samples.Next(23, 1024) == 1024);
  CHECK(samples.Next(46, 1024) == 2048);
  CHECK(samples.Next(70, 1024) == 3072);
  CHECK(samples.Next(93 + 29, 1024) == 4096);
  CHECK(samples.reanchored() == 0);
}

TEST_CASE("sound that is off by over 30 ms follows its timestamps again") {
  SampleCount samples(48'000);
  CHECK(samples.Next(0, 1024) == 0);
  CHECK(samples.Next(100, 1024) == 4800);
  CHECK(samples.Next(121, 1024) == 5824);
  CHECK(samples.Next(60, 1024) == 2880);
  CHECK(samples.reanchored() == 2);
}

TEST_CASE("sound is placed by the timeline alone after a reset") {
  SampleCount samples(48'000);
  samples.Next(0, 1024);
  samples.Reset();
  CHECK(samples.Next(11, 1024) == 528);
  CHECK(samples.reanchored() == 0);
}

}  // namespace
}  // namespace sluice::ingest
