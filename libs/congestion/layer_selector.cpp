#include "libs/congestion/layer_selector.h"

#include <algorithm>
#include <utility>

namespace sluice::congestion {

size_t LayerSelector::BestFit(std::span<const double> rates, double estimate) const {
  size_t best = 0;
  for (size_t i = 1; i < rates.size(); ++i) {
    if (rates[i] <= kUp * estimate) best = i;
  }
  return best;
}

std::optional<size_t> LayerSelector::Choose(std::span<const double> rates, double estimate,
                                            bool limited, Instant now) {
  if (rates.empty()) return std::nullopt;
  const size_t fit = BestFit(rates, estimate);
  if (!std::exchange(started_, true)) return chosen_ = limited ? fit : rates.size() - 1;
  if (chosen_) chosen_ = std::min(*chosen_, rates.size() - 1);
  const bool above = !chosen_ ? rates[0] <= estimate : fit > *chosen_;
  if (above) {
    too_much_since_.reset();
    if (now < up_not_before_) return chosen_;
    went_up_ = now;
    return chosen_ = fit;
  }
  if (!chosen_) return std::nullopt;
  const double share = rates[*chosen_] / std::max(estimate, 1.0);
  const bool lowest = *chosen_ == 0;
  if (!limited || share <= (lowest ? kGiveUp : kKeep)) {
    too_much_since_.reset();
    return chosen_;
  }
  if (!too_much_since_) too_much_since_ = now;
  const Duration waited = now - *too_much_since_;
  if (lowest) {
    if (waited < kGiveUpPatience) return chosen_;
    Pause(now);
    return chosen_ = std::nullopt;
  }
  if (share <= kTooMuch && waited < kPatience) return chosen_;
  Pause(now);
  return chosen_ = std::min(fit, *chosen_ - 1);
}

void LayerSelector::StepDown(Instant now) {
  if (!chosen_ || *chosen_ == 0) return;
  --*chosen_;
  Pause(now);
}

void LayerSelector::Pause(Instant now) {
  const bool wrong_step = went_up_ != Instant{} && now - went_up_ < kTrial;
  pause_ = wrong_step ? std::min(pause_ * 2, kLongestPause) : kFirstPause;
  up_not_before_ = now + pause_;
  too_much_since_.reset();
}

double LayerSelector::WantedRate(std::span<const double> rates, std::optional<size_t> chosen) {
  if (rates.empty()) return 0;
  if (!chosen) return rates[0];
  const size_t next = std::min(*chosen + 1, rates.size() - 1);
  return rates[next] / kUp;
}

}  // namespace sluice::congestion
