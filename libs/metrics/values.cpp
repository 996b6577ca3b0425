#include "libs/metrics/values.h"

#include <algorithm>

namespace sluice::metrics {

Histogram::Histogram(std::vector<double> upper_bounds)
    : upper_bounds_(std::move(upper_bounds)), counts_(upper_bounds_.size() + 1) {}

void Histogram::Observe(double value) {
  // A bucket holds what is less than or equal to its bound.
  auto bucket = std::lower_bound(upper_bounds_.begin(), upper_bounds_.end(), value);
  std::atomic<uint64_t>& count = counts_[static_cast<size_t>(bucket - upper_bounds_.begin())];
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

std::vector<double> PacketDelayBounds() {
  return {50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 100e-3};
}

std::vector<double> FirstPictureBounds() {
  return {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2, 5, 10};
}

}  // namespace sluice::metrics
