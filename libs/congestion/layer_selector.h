// Which of several qualities fits the estimate, without going to and fro.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "libs/base/instant.h"

namespace sluice::congestion {

// One video to one receiver. One thread.
class LayerSelector {
 public:
  // Up only to what needs at most this share of the estimate; down from what needs more than kKeep
  // of it for kPatience, at once beyond kTooMuch.
  static constexpr double kUp = 0.9;
  static constexpr double kKeep = 1.3;  // a single decrease without need is 1 / 0.85
  static constexpr double kTooMuch = 1.6;
  static constexpr Duration kPatience = 400ms;
  // Not up so soon after a step down; doubled while steps up turn out to be wrong.
  static constexpr Duration kFirstPause = 2s;
  static constexpr Duration kLongestPause = 30s;
  // A step down so soon after a step up was a step too far.
  static constexpr Duration kTrial = 5s;
  // The lowest one is given up when it needs more than this share for so long.
  static constexpr double kGiveUp = 1.3;
  static constexpr Duration kGiveUpPatience = 3s;

  // rates: what each needs, bit/s, rising; 1 to 64 of them. estimate: bit/s. limited: the link was
  // found to carry no more. Returns the index to send; nullopt: not even the lowest fits.
  std::optional<size_t> Choose(std::span<const double> rates, double estimate, bool limited,
                               Instant now);
  // What was chosen turns out to be too much, whatever the estimate says: the next Choose() gives a
  // lower one, if there is one.
  void StepDown(Instant now);
  // The estimate at which Choose() would go up, bit/s; 0: there is nothing above. Worth a probe.
  static double WantedRate(std::span<const double> rates, std::optional<size_t> chosen);
  // The qualities are others now.
  void Reset() { *this = LayerSelector(); }

 private:
  size_t BestFit(std::span<const double> rates, double estimate) const;
  void Pause(Instant now);

  std::optional<size_t> chosen_;
  bool started_ = false;
  std::optional<Instant> too_much_since_;
  Instant up_not_before_{};
  Instant went_up_{};
  Duration pause_ = kFirstPause;
};

}  // namespace sluice::congestion
