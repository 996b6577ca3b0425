// How much per second, over the last second.
#pragma once

#include <array>
#include <cstdint>

#include "libs/base/instant.h"

namespace sluice::fanout {

// Counts in ten slots of 100 ms. Constant size, no allocation.
class RateMeter {
 public:
  void Add(uint64_t amount, Instant now);
  // Amount per second over the last full second; over the time since the first Add while that is
  // shorter.
  double PerSecond(Instant now) const;

 private:
  static constexpr int64_t kSlotMs = 100;
  static constexpr int64_t kSlots = 11;  // the one being filled, and ten full ones

  struct Slot {
    int64_t number = -1;
    uint64_t amount = 0;
  };
  std::array<Slot, kSlots> slots_{};
  int64_t first_slot_ = -1;
};

}  // namespace sluice::fanout
