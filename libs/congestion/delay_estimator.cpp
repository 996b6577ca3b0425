#include "libs/congestion/delay_estimator.h"

#include <algorithm>
#include <cmath>

namespace sluice::congestion {
namespace {

constexpr Duration kGroupLength = 5ms;     // §5.3: burst_time
constexpr Duration kLongestBurst = 100ms;  // of arrivals taken for one group
constexpr Duration kClockLeap = 3s;        // arrivals this much faster than our own clock
constexpr int kMostReordered = 3;
constexpr double kSmoothing = 0.9;
constexpr int kMaxGroups = 60;
constexpr double kGain = 4;
// §5.5: gamma_1 = 12.5 at first, between 6 and 600, K_u and K_d; overuse_time_th = 10 ms.
constexpr double kLowestThreshold = 6;
constexpr double kHighestThreshold = 600;
constexpr double kUp = 0.0087;
constexpr double kDown = 0.039;
constexpr double kTooFarToAdapt = 15;
constexpr double kLongestAdaptation = 100;  // ms
constexpr Duration kOveruseTime = 10ms;

double Milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

}  // namespace

std::optional<GroupDelta> ArrivalGroups::Add(const ReceivedPacket& packet, Instant now) {
  const Group fresh{.first_sent = packet.sent,
                    .last_sent = packet.sent,
                    .first_arrival = packet.arrival,
                    .last_arrival = packet.arrival,
                    .told = now};
  if (!current_) {
    current_ = fresh;
    return std::nullopt;
  }
  if (packet.sent < current_->first_sent) return std::nullopt;  // late: its group is closed
  if (Continues(packet)) {
    current_->last_sent = std::max(current_->last_sent, packet.sent);
    current_->last_arrival = std::max(current_->last_arrival, packet.arrival);
    current_->told = now;
    return std::nullopt;
  }
  const auto delta = previous_ ? Compare() : std::nullopt;
  if (current_) previous_ = current_;
  current_ = fresh;
  return delta;
}

bool ArrivalGroups::Continues(const ReceivedPacket& packet) const {
  if (packet.sent - current_->first_sent <= kGroupLength) return true;
  const Duration arrived = packet.arrival - current_->last_arrival;
  const Duration sent = packet.sent - current_->last_sent;
  return arrived < sent && arrived <= kGroupLength &&
         packet.arrival - current_->first_arrival < kLongestBurst;
}

std::optional<GroupDelta> ArrivalGroups::Compare() {
  const GroupDelta delta{.sent = current_->last_sent - previous_->last_sent,
                         .arrived = current_->last_arrival - previous_->last_arrival};
  if (delta.arrived - (current_->told - previous_->told) >= kClockLeap) {
    Reset();
    return std::nullopt;
  }
  if (delta.arrived < Duration(0)) {
    if (++reordered_ >= kMostReordered) Reset();
    return std::nullopt;
  }
  reordered_ = 0;
  return delta;
}

void ArrivalGroups::Reset() {
  previous_.reset();
  current_.reset();
  reordered_ = 0;
}

std::optional<double> TrendLine::Add(const GroupDelta& delta, Duration arrival) {
  groups_ = std::min(groups_ + 1, kMaxGroups);
  delay_ms_ += Milliseconds(delta.arrived - delta.sent);
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * delay_ms_;
  points_[next_] = {.arrival_us = static_cast<uint32_t>(arrival.count()),
                    .delay_ms = static_cast<float>(smoothed_ms_)};
  next_ = (next_ + 1) % kWindow;
  size_ = std::min(size_ + 1, kWindow);
  if (size_ < kWindow) return std::nullopt;
  return Slope();
}

// Least squares, relative to the oldest point.
std::optional<double> TrendLine::Slope() const {
  const Point& origin = points_[next_];
  const auto x_of = [&](const Point& point) {
    return static_cast<int32_t>(point.arrival_us - origin.arrival_us) / 1000.0;  // ms
  };
  double x_sum = 0;
  double y_sum = 0;
  double xy_sum = 0;
  double xx_sum = 0;
  for (const Point& point : points_) {
    const double x = x_of(point);
    const double y = point.delay_ms - origin.delay_ms;
    x_sum += x;
    y_sum += y;
    xy_sum += x * y;
    xx_sum += x * x;
  }
  const double denominator = kWindow * xx_sum - x_sum * x_sum;
  if (denominator <= 0) return std::nullopt;
  return (kWindow * xy_sum - x_sum * y_sum) / denominator;
}

Usage OveruseDetector::Update(double trend, int groups, Duration sent_apart, Instant now) {
  const double modified = std::min(groups, kMaxGroups) * trend * kGain;
  if (modified > threshold_) {
    over_for_ = over_for_ ? *over_for_ + sent_apart : sent_apart / 2;
    ++over_count_;
    if (*over_for_ > kOveruseTime && over_count_ > 1 && trend >= last_trend_) {
      over_for_ = Duration(0);
      over_count_ = 0;
      usage_ = Usage::kOver;
    }
  } else {
    over_for_.reset();
    over_count_ = 0;
    usage_ = modified < -threshold_ ? Usage::kUnder : Usage::kNormal;
  }
  last_trend_ = trend;
  Adapt(std::abs(modified), now);
  return usage_;
}

void OveruseDetector::Adapt(double magnitude, Instant now) {
  const double passed_ms =
      adapted_ ? std::clamp(Milliseconds(now - *adapted_), 0.0, kLongestAdaptation) : 0;
  adapted_ = now;
  if (magnitude > threshold_ + kTooFarToAdapt) return;  // a leap, not a trend to get used to
  const double k = magnitude < threshold_ ? kDown : kUp;
  threshold_ = std::clamp(threshold_ + k * (magnitude - threshold_) * passed_ms, kLowestThreshold,
                          kHighestThreshold);
}

Usage DelayEstimator::Update(const ReceivedPacket& packet, Instant now) {
  const auto delta = groups_.Add(packet, now);
  if (!delta) return usage();
  const auto trend = trend_.Add(*delta, groups_.last_arrival());
  if (!trend) return usage();
  return detector_.Update(*trend, trend_.groups(), delta->sent, now);
}

void DelayEstimator::Reset() { *this = DelayEstimator(); }

}  // namespace sluice::congestion
