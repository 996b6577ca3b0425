#include "services/webrtc-media/hold_meter.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {

TEST_CASE("What holds packets up again and again is known, and forgotten after some seconds") {
  HoldMeter meter;
  const Instant start{100s};
  CHECK(meter.Usual(start) == 0ms);
  meter.Add(200ms, start);
  meter.Add(90ms, start + 300ms);
  CHECK(meter.Usual(start + 500ms) == 0ms);  // once is no habit
  meter.Add(60ms, start + 1s);
  CHECK(meter.Usual(start + 1s) == 60ms);
  meter.Add(110ms, start + 2s);
  CHECK(meter.Usual(start + 2s) == 110ms);
  CHECK(meter.Usual(start + 8s) == 60ms);
  CHECK(meter.Usual(start + 10s) == 0ms);
}

TEST_CASE("Neither the machine's own delays nor cached packets count") {
  HoldMeter meter;
  for (int second = 0; second < 5; ++second) {
    meter.Add(29ms, Instant{100s} + second * 1s);
    meter.Add(1001ms, Instant{100s} + second * 1s);
  }
  CHECK(meter.Usual(Instant{105s}) == 0ms);
}

}  // namespace sluice::webrtc_media
