// What loss says about the rate (draft-ietf-rmcat-gcc-02 §6), without taking a link that always
// loses for one that is full.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "libs/base/instant.h"

namespace sluice::congestion {

// Cuts the rate when clearly more than kHighLoss is lost. If that does not help, the loss does not
// come from the rate: the cut is taken back, and only what is lost beyond it counts from then on.
// One transport.
class LossEstimator {
 public:
  static constexpr double kHighLoss = 0.10;
  static constexpr double kLowLoss = 0.02;
  static constexpr size_t kWindow = 50;             // packets, at least
  static constexpr Duration kWindowLength = 300ms;  // at least
  static constexpr Duration kWindowPatience = 3s;   // or what there is by then

  // rate: that is aimed at; carried: acknowledged; both bit/s.
  void Add(size_t received, size_t lost, double rate, double carried, Instant now);
  // Not above this, bit/s; nullopt: loss has nothing against any rate.
  std::optional<double> limit() const { return limit_; }
  // The rate that was cut for nothing, once; nullopt: none was.
  std::optional<double> TakeRestored() { return std::exchange(restored_, std::nullopt); }
  // Of the last window, 0 to 1.
  double loss() const { return loss_; }
  // When the rate was last cut.
  std::optional<Instant> last_cut() const { return last_cut_; }

 private:
  struct Losses {
    double packets = 0;
    double lost = 0;
    void Add(size_t count, double share) {
      packets += static_cast<double>(count);
      lost += share * static_cast<double>(count);
    }
    double loss() const { return lost / std::max(packets, 1.0); }
  };
  // From the first cut until it is known whether sending less helps.
  struct Trial {
    double rate_before = 0;  // bit/s
    double sent_before = 0;  // bit/s
    Losses before;
    Losses after;  // while clearly less is sent
  };
  void OnWindow(size_t packets, double rate, double carried, Instant now);
  void Cut(size_t packets, double rate, double carried, Instant now);
  void Judge(size_t packets, double carried);

  size_t received_ = 0;
  size_t lost_ = 0;
  std::optional<Instant> window_begin_;
  double loss_ = 0;
  double inherent_ = 0;  // loss that a lower rate does not cure
  std::optional<double> limit_;
  std::optional<double> restored_;
  std::optional<Trial> trial_;
  std::optional<Instant> last_cut_;
};

}  // namespace sluice::congestion
