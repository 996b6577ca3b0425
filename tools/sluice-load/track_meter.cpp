#include "tools/sluice-load/track_meter.h"

#include <algorithm>

namespace sluice::load {
namespace {

size_t PlaceOf(int64_t number) {
  return static_cast<size_t>((number % TrackMeter::kWindow + TrackMeter::kWindow) %
                             TrackMeter::kWindow);
}

}  // namespace

void TrackMeter::OnPacket(uint16_t sequence_number, Instant now) {
  int64_t number = unwrapper_.Unwrap(sequence_number);
  if (received_ == 0) {
    first_ = newest_ = number;
  } else {
    longest_pause_ = std::max(longest_pause_, now - last_);
  }
  last_ = now;
  if (number > newest_) {
    if (number - newest_ >= kWindow) seen_.reset();
    for (int64_t skipped = newest_ + 1; skipped < number && number - newest_ < kWindow; ++skipped)
      seen_.reset(PlaceOf(skipped));
    newest_ = number;
  } else if (number <= newest_ - kWindow || (received_ > 0 && seen_.test(PlaceOf(number)))) {
    ++duplicates_;
    return;
  }
  first_ = std::min(first_, number);
  seen_.set(PlaceOf(number));
  ++received_;
}

void TrackMeter::OnRepair(uint16_t sequence_number) {
  const int64_t number = unwrapper_.Peek(sequence_number);
  if (received_ == 0 || number > newest_ || number < first_) return;
  if (number <= newest_ - kWindow || seen_.test(PlaceOf(number))) return;
  seen_.set(PlaceOf(number));
  ++repaired_;
}

uint64_t TrackMeter::lost() const {
  if (received_ == 0) return 0;
  return static_cast<uint64_t>(newest_ - first_ + 1) - received_ - repaired_;
}

Duration TrackMeter::LongestPause(Instant now) const {
  return received_ == 0 ? Duration(0) : std::max(longest_pause_, now - last_);
}

}  // namespace sluice::load
