#include "libs/congestion/rate_controller.h"

#include <algorithm>
#include <cmath>

namespace sluice::congestion {
namespace {

constexpr double kBeta = 0.85;           // §5.5
constexpr double kGrowth = 1.08;         // per second, far from the capacity
constexpr double kAheadOfCarried = 1.5;  // the estimate goes at most so far beyond what was tried
constexpr double kSpare = 10'000;        // and a little, bit/s
constexpr double kPacketBits = 1200 * 8;
constexpr double kFramesPerSecond = 30;
constexpr Duration kDetectionTime = 100ms;  // §5.5: response time = round trip + 100 ms
constexpr double kLeastIncrease = 4'000;    // bit/s per second

// One packet more per response time.
double AdditiveIncrease(double rate, Duration round_trip) {
  const double frame_bits = rate / kFramesPerSecond;
  const double packet_bits = frame_bits / std::ceil(frame_bits / kPacketBits);
  const double response = 2 * ToSeconds(round_trip + kDetectionTime);
  return std::max(packet_bits / response, kLeastIncrease);
}

}  // namespace

void LinkCapacity::Add(double carried) {
  constexpr double kWeight = 0.05;
  if (!estimate_) {
    estimate_ = carried;
    return;
  }
  *estimate_ = (1 - kWeight) * *estimate_ + kWeight * carried;
  const double error_kbits = (*estimate_ - carried) / 1000;
  const double norm = std::max(*estimate_ / 1000, 1.0);
  deviation_ = (1 - kWeight) * deviation_ + kWeight * error_kbits * error_kbits / norm;
  deviation_ = std::clamp(deviation_, 0.4, 2.5);
}

std::optional<double> LinkCapacity::upper() const {
  if (!estimate_) return std::nullopt;
  const double kbits = *estimate_ / 1000;
  return *estimate_ + 3000 * std::sqrt(deviation_ * kbits);
}

void RateController::Update(Usage usage, std::optional<double> carried, Duration round_trip,
                            Instant now) {
  const Duration passed = updated_ ? std::clamp<Duration>(now - *updated_, 0s, 1s) : Duration(0);
  updated_ = now;
  if (usage == Usage::kOver) {
    if (carried && MayDecrease(*carried, round_trip, now)) Decrease(*carried, now);
    holding_ = true;
  } else if (usage == Usage::kUnder) {
    holding_ = true;
  } else if (holding_) {
    holding_ = false;  // increases from the next feedback on
  } else {
    Increase(carried, round_trip, passed);
  }
}

void RateController::Increase(std::optional<double> carried, Duration round_trip, Duration passed) {
  if (carried && capacity_.upper() && *carried > *capacity_.upper()) capacity_.Forget();
  const double seconds = ToSeconds(passed);
  const double more = capacity_.estimate()
                          ? AdditiveIncrease(rate_, round_trip) * seconds
                          : std::max(rate_ * (std::pow(kGrowth, seconds) - 1), 1000 * seconds);
  const double bound = carried ? kAheadOfCarried * *carried + kSpare : rate_;
  rate_ = std::max(rate_, std::min(rate_ + more, bound));
  rate_ = std::min(rate_, kHighestRate);
}

bool RateController::MayDecrease(double carried, Duration round_trip, Instant now) const {
  if (!last_decrease_ || carried < rate_ / 2) return true;
  return now - *last_decrease_ >= std::clamp<Duration>(round_trip, 10ms, 200ms);
}

void RateController::Decrease(double carried, Instant now) {
  double lower = kBeta * carried;
  // More is carried than was thought: the capacity known from before tells better.
  if (lower > rate_ && capacity_.estimate()) lower = kBeta * *capacity_.estimate();
  capacity_.Add(carried);
  if (lower >= rate_) return;
  rate_ = std::max(lower, kLowestRate);
  last_decrease_ = now;
}

void RateController::Set(double rate) {
  rate_ = std::clamp(rate, kLowestRate, kHighestRate);
  if (capacity_.upper() && rate_ > *capacity_.upper()) capacity_.Forget();
}

}  // namespace sluice::congestion
