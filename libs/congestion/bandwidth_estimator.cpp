#include "libs/congestion/bandwidth_estimator.h"

#include <algorithm>

namespace sluice::congestion {
namespace {

constexpr Duration kReceiverEstimateLife = 20s;
constexpr Duration kSilence = 1s;  // without feedback, though much was sent
constexpr uint64_t kPacketsInSilence = 30;
constexpr Duration kProbeDistance = 1s;  // after the rate was lowered: the queue must empty first
constexpr double kProbeAbove = 1.1;      // of what is wanted
constexpr double kLongestStep = 4;       // times the estimate, at most

}  // namespace

uint16_t BandwidthEstimator::OnSent(size_t bytes, Instant now) {
  const uint8_t probe = prober_.active();
  if (probe != 0) prober_.OnSent(bytes, now);
  return sent_.Add(now, bytes, probe);
}

void BandwidthEstimator::OnFeedback(const Feedback& feedback, Instant now) {
  const FeedbackNews news = adapter_.OnFeedback(feedback, sent_, now);
  if (news.received.empty() && news.lost == 0) return;
  heard_ = now;
  sent_at_heard_ = sent_.count();
  silence_cut_.reset();
  TakeNews(news, now);
}

void BandwidthEstimator::TakeNews(const FeedbackNews& news, Instant now) {
  if (news.clock_jumped) {
    delay_.Reset();
    carried_.Reset();
  }
  std::optional<double> probed;
  bool over = false;
  for (const ReceivedPacket& packet : news.received) {
    carried_.Add(packet.arrival, packet.size);
    over = delay_.Update(packet, now) == Usage::kOver || over;
    if (const auto result = prober_.OnReceived(packet, now)) probed = result;
  }
  if (!news.received.empty()) {
    const Duration newest = now - news.received.back().sent;
    round_trip_ = (round_trip_ * 7 + std::clamp<Duration>(newest, 0s, 2s)) / 8;
  }
  loss_.Add(news.received.size(), news.lost, controller_.rate(), carried(), now);
  over = over && !prober_.Disturbs(now);
  const Usage usage = over                               ? Usage::kOver
                      : delay_.usage() == Usage::kNormal ? Usage::kNormal
                                                         : Usage::kUnder;
  controller_.Update(usage, over ? carried_.recent() : carried_.value(), round_trip_, now);
  if (probed && *probed > controller_.rate()) controller_.Set(*probed);
  const auto restored = loss_.TakeRestored();
  if (restored && *restored > controller_.rate() && !over) controller_.Set(*restored);
}

void BandwidthEstimator::OnReceiverEstimate(uint64_t bits_per_second, Instant now) {
  receiver_estimate_ = std::clamp(static_cast<double>(bits_per_second), kLowestRate, kHighestRate);
  receiver_estimate_at_ = now;
}

void BandwidthEstimator::OnReportedLoss(uint8_t fraction_lost, size_t packets, double carried,
                                        Instant now) {
  if (heard_) return;  // told better by transport-wide feedback
  const size_t lost = packets * fraction_lost / 256;
  const double arrived = carried * (1 - fraction_lost / 256.0);
  loss_.Add(packets - lost, lost, std::max(controller_.rate(), carried), arrived, now);
}

void BandwidthEstimator::OnTick(double wanted, Instant now) {
  if (receiver_estimate_ && now - receiver_estimate_at_ > kReceiverEstimateLife) {
    receiver_estimate_.reset();
  }
  prober_.OnTick(now);
  if (!heard_) return;
  OnSilence(now);
  if (wanted <= rate() || delay_.usage() == Usage::kOver) return;
  const double target = std::min(wanted * kProbeAbove, rate() * kLongestStep);
  prober_.Begin(target, ProbesAllowed(), now);
}

// Nothing comes back: the link is full to the brim, or down.
void BandwidthEstimator::OnSilence(Instant now) {
  if (now - *heard_ < kSilence || sent_.count() - sent_at_heard_ < kPacketsInSilence) return;
  if (silence_cut_ && now - *silence_cut_ < kSilence) return;
  silence_cut_ = now;
  prober_.Cancel(now);
  controller_.Set(controller_.rate() / 2);
}

std::optional<Instant> BandwidthEstimator::LastDecrease() const {
  std::optional<Instant> last = controller_.last_decrease();
  for (const auto& other : {loss_.last_cut(), silence_cut_}) {
    if (other && (!last || *other > *last)) last = other;
  }
  return last;
}

Instant BandwidthEstimator::ProbesAllowed() const {
  const auto last = LastDecrease();
  return last ? *last + kProbeDistance : Instant{};
}

double BandwidthEstimator::rate() const {
  double rate = controller_.rate();
  if (loss_.limit()) rate = std::min(rate, *loss_.limit());
  if (receiver_estimate_ && !heard_) rate = *receiver_estimate_;
  return std::clamp(rate, kLowestRate, kHighestRate);
}

bool BandwidthEstimator::limited(Instant now) const {
  if (receiver_estimate_ && !heard_) return true;
  const auto last = LastDecrease();
  return last && now - *last < kCaution;
}

}  // namespace sluice::congestion
