// Which packet indices have been seen (RFC 3711 §3.3.2).
#pragma once

#include <bitset>
#include <cstdint>

namespace sluice::srtp {

// Remembers the newest index and the kSize - 1 before it.
class ReplayWindow {
 public:
  static constexpr uint64_t kSize = 128;

  // False if `index` has been seen or is too old to tell.
  bool IsNew(uint64_t index) const;
  // To be called once the packet has proved authentic.
  void Accept(uint64_t index);

 private:
  bool empty_ = true;
  uint64_t newest_ = 0;
  std::bitset<kSize> seen_;  // bit i: newest_ - i
};

}  // namespace sluice::srtp
