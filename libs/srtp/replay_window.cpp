#include "libs/srtp/replay_window.h"

namespace sluice::srtp {

bool ReplayWindow::IsNew(uint64_t index) const {
  if (empty_ || index > newest_) return true;
  const uint64_t age = newest_ - index;
  return age < kSize && !seen_[age];
}

void ReplayWindow::Accept(uint64_t index) {
  if (empty_ || index > newest_) {
    const uint64_t step = empty_ ? kSize : index - newest_;
    seen_ = step < kSize ? seen_ << step : std::bitset<kSize>();
    newest_ = index;
    empty_ = false;
  }
  if (const uint64_t age = newest_ - index; age < kSize) seen_[age] = true;
}

}  // namespace sluice::srtp
