// At which rate packets have arrived lately: what the link has carried.
#pragma once

#include <optional>

#include "libs/base/instant.h"

namespace sluice::congestion {

// Rates of short windows, joined so that a doubtful one (far from all before) weighs little at
// first. One transport.
class AcknowledgedBitrate {
 public:
  static constexpr Duration kFirstWindow = 500ms;
  static constexpr Duration kWindow = 150ms;

  // Packets in the order of their arrival (receiver's clock).
  void Add(Duration arrival, size_t bytes);
  // bit/s; nullopt before the first window is over.
  std::optional<double> value() const { return estimate_; }
  // The higher one of the last two windows, bit/s: while the link is full, what it can carry now.
  std::optional<double> recent() const;
  // The receiver's clock is another one now.
  void Reset() { window_begin_.reset(); }

 private:
  void Take(double sample);

  std::optional<Duration> window_begin_;
  size_t window_bytes_ = 0;
  std::optional<double> estimate_;
  double variance_ = 50;
  double last_ = 0;  // windows
  double before_last_ = 0;
};

}  // namespace sluice::congestion
