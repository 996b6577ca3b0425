// The rate that the delay allows: additive increase, multiplicative decrease
// (draft-ietf-rmcat-gcc-02 §5.5).
#pragma once

#include <optional>

#include "libs/congestion/delay_estimator.h"

namespace sluice::congestion {

// Bounds of every estimate, bit/s.
inline constexpr double kLowestRate = 30'000;
inline constexpr double kHighestRate = 1e9;

// What the link carried whenever its queue began to grow: mean and deviation.
class LinkCapacity {
 public:
  void Add(double carried);
  void Forget() { estimate_.reset(); }
  // Mean, and three deviations above it; nullopt: nothing is known.
  std::optional<double> estimate() const { return estimate_; }
  std::optional<double> upper() const;

 private:
  std::optional<double> estimate_;  // bit/s
  double deviation_ = 0.4;          // of kbit/s, normalised
};

// One transport.
class RateController {
 public:
  explicit RateController(double start) : rate_(start) {}

  // carried: acknowledged, bit/s. round_trip: as the feedback shows it.
  void Update(Usage usage, std::optional<double> carried, Duration round_trip, Instant now);
  // Something better than the delay has told the rate.
  void Set(double rate);

  double rate() const { return rate_; }  // bit/s
  // When the rate was last lowered.
  std::optional<Instant> last_decrease() const { return last_decrease_; }

 private:
  void Increase(std::optional<double> carried, Duration round_trip, Duration passed);
  void Decrease(double carried, Instant now);
  bool MayDecrease(double carried, Duration round_trip, Instant now) const;

  double rate_;
  LinkCapacity capacity_;
  bool holding_ = false;  // until the queue is empty, or the link is used normally again
  std::optional<Instant> updated_;
  std::optional<Instant> last_decrease_;
};

}  // namespace sluice::congestion
