#include "libs/metrics/values.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace sluice::metrics {
namespace {

TEST_CASE("a bucket holds what is at most its bound, +Inf the rest") {
  Histogram histogram({1, 2});
  for (double value : {0.5, 1.0, 1.5, 2.0, 2.5, 100.0}) histogram.Observe(value);
  CHECK(histogram.count(0) == 2);
  CHECK(histogram.count(1) == 2);
  CHECK(histogram.count(2) == 2);
  CHECK(histogram.sum() == Approx(107.5));
}

TEST_CASE("durations are observed in seconds") {
  Histogram histogram({0.01});
  histogram.Observe(Duration(5ms));
  CHECK(histogram.count(0) == 1);
  CHECK(histogram.sum() == Approx(0.005));
}

TEST_CASE("counters count and gauges hold") {
  Counter counter;
  counter.Increment();
  counter.Increment(4);
  CHECK(counter.value() == 5);
  Gauge gauge;
  gauge.Set(2.5);
  gauge.Add(-1);
  CHECK(gauge.value() == 1.5);
}

TEST_CASE("the ready-made bounds rise") {
  for (const std::vector<double>& bounds : {PacketDelayBounds(), FirstPictureBounds()}) {
    CHECK(std::is_sorted(bounds.begin(), bounds.end()));
    CHECK(bounds.size() <= 32);
  }
}

}  // namespace
}  // namespace sluice::metrics
