#include "libs/fanout/rate_meter.h"

#include <algorithm>

namespace sluice::fanout {

void RateMeter::Add(uint64_t amount, Instant now) {
  int64_t number = ToMilliseconds(now.time_since_epoch()) / kSlotMs;
  if (first_slot_ < 0) first_slot_ = number;
  Slot& slot = slots_[static_cast<size_t>(number % kSlots)];
  if (slot.number != number) slot = {number, 0};
  slot.amount += amount;
}

double RateMeter::PerSecond(Instant now) const {
  int64_t current = ToMilliseconds(now.time_since_epoch()) / kSlotMs;
  int64_t full_slots = std::min(kSlots - 1, current - first_slot_);
  if (first_slot_ < 0 || full_slots <= 0) return 0;
  uint64_t sum = 0;
  for (const Slot& slot : slots_) {
    if (slot.number < current && slot.number >= current - full_slots) sum += slot.amount;
  }
  return static_cast<double>(sum) * 1000 / static_cast<double>(full_slots * kSlotMs);
}

}  // namespace sluice::fanout
