#include "libs/fanout/rate_meter.h"

#include <catch2/catch.hpp>

namespace sluice::fanout {
namespace {

TEST_CASE("a steady flow has its rate, from the first tenth of a second on") {
  RateMeter meter;
  Instant now{50s};
  for (int i = 0; i < 300; ++i, now += 10ms) {
    if (i >= 20) CHECK(meter.PerSecond(now) == Approx(1000).epsilon(0.15));
    meter.Add(10, now);
  }
}

TEST_CASE("the rate is zero at first and a second after the flow has ended") {
  RateMeter meter;
  CHECK(meter.PerSecond(Instant{1s}) == 0);
  meter.Add(10, Instant{1s});
  CHECK(meter.PerSecond(Instant{3s}) == 0);
}

}  // namespace
}  // namespace sluice::fanout
