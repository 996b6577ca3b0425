#include "services/ingest/timeline.h"

#include <catch2/catch.hpp>

namespace sluice::ingest {
namespace {

constexpr Instant kStart{1000s};

TEST_CASE("the timeline begins at zero with the first message, whatever its timestamp") {
  Timeline timeline;
  CHECK(timeline.Map(123'456, kStart) == 0);
  CHECK(timeline.Map(123'489, kStart) == 33);
  CHECK(timeline.Map(123'440, kStart) == -16);
}

TEST_CASE("RTMP 3: timestamps wrap") {
  Timeline timeline;
  CHECK(timeline.Map(0xfffffff0, kStart) == 0);
  CHECK(timeline.Map(0x10, kStart) == 32);
  CHECK(timeline.Map(0xfffffff0, kStart) == 0);
  CHECK(timeline.jumps() == 0);
}

TEST_CASE("the timeline goes on beyond the range of one wrap") {
  Timeline timeline;
  uint32_t timestamp = 0;
  int64_t expected = 0;
  CHECK(timeline.Map(timestamp, kStart) == 0);
  for (int i = 0; i < 2'000'000; ++i) {
    timestamp += 5000;
    expected += 5000;
    timeline.Map(timestamp, kStart);
  }
  CHECK(timeline.Map(timestamp, kStart) == expected);
  CHECK(timeline.jumps() == 0);
}

TEST_CASE("a jump of over 5 s is replaced by the time that really passed, either way") {
  for (uint32_t jump_to : {1'000'000u, 0u}) {
    Timeline timeline;
    timeline.Map(500'000, kStart);
    CHECK(timeline.Map(500'040, kStart + 40ms) == 40);
    CHECK(timeline.Map(jump_to, kStart + 80ms) == 80);
    CHECK(timeline.Map(jump_to + 40, kStart + 120ms) == 120);
    CHECK(timeline.jumps() == 1);
  }
}

TEST_CASE("a jump of exactly 5 s is taken as it is") {
  Timeline timeline;
  timeline.Map(0, kStart);
  CHECK(timeline.Map(5000, kStart) == 5000);
  CHECK(timeline.Map(0, kStart) == 0);
  CHECK(timeline.Map(5001, kStart) == 0);
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
