// Counters, gauges and histograms that one thread updates and the scrape reads.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "libs/base/instant.h"

namespace sluice::metrics {

// Each has one writing thread; any thread may read. An update is a relaxed load and store: no
// locked instruction.
class Counter {
 public:
  void Increment(uint64_t by = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double by) { Set(value() + by); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Counts observations into buckets.
class Histogram {
 public:
  // upper_bounds: rising, at most 32; what is above the last falls into +Inf.
  explicit Histogram(std::vector<double> upper_bounds);
  void Observe(double value);
  void Observe(Duration value) { Observe(ToSeconds(value)); }

  const std::vector<double>& upper_bounds() const { return upper_bounds_; }
  // Observations in bucket `index` alone (not cumulated); index upper_bounds().size() is +Inf.
  uint64_t count(size_t index) const { return counts_[index].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> upper_bounds_;
  std::vector<std::atomic<uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

// Bucket bounds in seconds.
std::vector<double> PacketDelayBounds();   // 50 us .. 100 ms
std::vector<double> FirstPictureBounds();  // 10 ms .. 10 s

}  // namespace sluice::metrics
