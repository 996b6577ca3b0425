// Which packet indices have been seen (RFC 3711 §3.3.2).
#pragma once

#include <bitset>
#include <cstdint>

namespace sluice::srtp {

// Remembers the newest index and the Size - 1 before it.
template <uint64_t Size>
class BasicReplayWindow {
 public:
  static constexpr uint64_t kSize = Size;

  // False if `index` has been seen or is too old to tell.
  bool IsNew(uint64_t index) const {
    if (empty_ || index > newest_) return true;
    const uint64_t age = newest_ - index;
    return age < kSize && !seen_[age];
  }

  // To be called once the packet has proved authentic.
  void Accept(uint64_t index) {
    if (empty_ || index > newest_) {
      const uint64_t step = empty_ ? kSize : index - newest_;
      seen_ = step < kSize ? seen_ << step : std::bitset<kSize>();
      newest_ = index;
      empty_ = false;
    }
    if (const uint64_t age = newest_ - index; age < kSize) seen_[age] = true;
  }

  bool empty() const { return empty_; }
  uint64_t newest() const { return newest_; }  // of those accepted; 0 if there is none

 private:
  bool empty_ = true;
  uint64_t newest_ = 0;
  std::bitset<kSize> seen_;  // bit i: newest_ - i
};

using ReplayWindow = BasicReplayWindow<128>;

}  // namespace sluice::srtp
