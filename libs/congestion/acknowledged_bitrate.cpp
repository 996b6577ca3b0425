#include "libs/congestion/acknowledged_bitrate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice::congestion {
namespace {

// In (kbit/s)^2, as a Kalman filter of one dimension has them.
constexpr double kDoubt = 10;         // of a sample, times its relative distance
constexpr double kDriftVariance = 5;  // what the rate changes by itself between two windows

}  // namespace

void AcknowledgedBitrate::Add(Duration arrival, size_t bytes) {
  const Duration length = estimate_ ? kWindow : kFirstWindow;
  const bool begins = !window_begin_ || arrival < *window_begin_ ||
                      arrival - *window_begin_ > 20 * length;  // a pause says nothing of the link
  if (begins) {
    window_begin_ = arrival;
    window_bytes_ = 0;
  } else if (arrival - *window_begin_ >= length) {
    const Duration passed = arrival - *window_begin_;
    Take(static_cast<double>(window_bytes_) * 8 / ToSeconds(passed));
    window_begin_ = arrival;
    window_bytes_ = 0;
  }
  window_bytes_ += bytes;
}

std::optional<double> AcknowledgedBitrate::recent() const {
  if (!estimate_) return std::nullopt;
  return std::max(last_, before_last_);
}

void AcknowledgedBitrate::Take(double sample) {
  before_last_ = std::exchange(last_, sample);
  if (!estimate_) {
    estimate_ = sample;
    return;
  }
  const double kbits = std::max(*estimate_ / 1000, 1.0);
  const double sample_kbits = sample / 1000;
  const double doubt = kDoubt * std::abs(kbits - sample_kbits) / kbits;
  const double sample_variance = doubt * doubt;
  const double predicted = variance_ + kDriftVariance;
  const double sum = std::max(sample_variance + predicted, 1e-9);
  estimate_ = 1000 * (sample_variance * kbits + predicted * sample_kbits) / sum;
  variance_ = sample_variance * predicted / sum;
}

}  // namespace sluice::congestion
