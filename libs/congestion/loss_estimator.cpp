#include "libs/congestion/loss_estimator.h"

#include <algorithm>
#include <cmath>

namespace sluice::congestion {
namespace {

constexpr double kGrowth = 1.08;    // of the limit per second without much loss (§6)
constexpr double kForgotten = 2;    // times the rate: such a limit limits nothing
constexpr double kCertainty = 1.5;  // standard deviations of what chance does
constexpr double kHelped = 0.7;     // a cut must bring loss below this share of what it was
constexpr double kSentLess = 0.9;   // and can only help if less is sent
constexpr double kPacketsToJudge = 100;
constexpr double kInherentDecay = 0.9;    // per window with less loss
constexpr double kLargestInherent = 0.6;  // nothing can be sent over a link that loses more

double Sent(double carried, double loss) { return carried / std::max(1 - loss, 0.01); }

}  // namespace

void LossEstimator::Add(size_t received, size_t lost, double rate, double carried, Instant now) {
  if (!window_begin_) window_begin_ = now;
  received_ += received;
  lost_ += lost;
  const size_t packets = received_ + lost_;
  const Duration length = now - *window_begin_;
  if (packets == 0 || length < kWindowLength) return;
  if (packets < kWindow && length < kWindowPatience) return;
  if (carried <= 0) return;  // too early to say what is too much
  loss_ = static_cast<double>(lost_) / static_cast<double>(packets);
  const double seconds = ToSeconds(length);
  received_ = 0;
  lost_ = 0;
  window_begin_ = now;
  if (limit_ && loss_ <= inherent_ + kLowLoss) {
    *limit_ *= 1 + (kGrowth - 1) * std::min(seconds, 1.0);
    if (*limit_ > kForgotten * rate) limit_.reset();
  }
  OnWindow(packets, rate, carried, now);
}

void LossEstimator::OnWindow(size_t packets, double rate, double carried, Instant now) {
  if (loss_ < inherent_) inherent_ = kInherentDecay * inherent_ + (1 - kInherentDecay) * loss_;
  if (trial_) Judge(packets, carried);
  if (limit_) limit_ = std::max(*limit_, carried);
  const double chance = std::sqrt(loss_ * (1 - loss_) / static_cast<double>(packets));
  if (loss_ - kCertainty * chance > inherent_ + kHighLoss) Cut(packets, rate, carried, now);
}

void LossEstimator::Cut(size_t packets, double rate, double carried, Instant now) {
  const double base = limit_ ? std::min(*limit_, rate) : rate;
  // What arrives is not too much, whatever is lost of the rest.
  const double lower = std::max(carried, base * (1 - 0.5 * loss_));
  limit_ = std::min(base, lower);
  last_cut_ = now;
  if (trial_) return;
  trial_ = {.rate_before = rate, .sent_before = Sent(carried, loss_), .before = {}, .after = {}};
  trial_->before.Add(packets, loss_);
}

// Has sending less changed what is lost?
void LossEstimator::Judge(size_t packets, double carried) {
  const bool less = Sent(carried, loss_) < kSentLess * trial_->sent_before;
  (less ? trial_->after : trial_->before).Add(packets, loss_);
  if (trial_->after.packets < kPacketsToJudge) return;
  const double loss = trial_->after.loss();
  if (loss > kHelped * trial_->before.loss()) {
    inherent_ = std::min(std::max(inherent_, loss), kLargestInherent);
    limit_.reset();
    restored_ = trial_->rate_before;
  }
  trial_.reset();
}

}  // namespace sluice::congestion
