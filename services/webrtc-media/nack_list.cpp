#include "services/webrtc-media/nack_list.h"

#include <algorithm>

namespace sluice::webrtc_media {

void NackList::Add(int64_t first, int64_t last, Instant now) {
  for (int64_t sequence = first; sequence <= last; ++sequence) {
    missing_.push_back({sequence, now, {}, 0});
  }
}

std::vector<NackList::Missing>::iterator NackList::Find(int64_t sequence) {
  return std::lower_bound(missing_.begin(), missing_.end(), sequence,
                          [](const Missing& m, int64_t wanted) { return m.sequence < wanted; });
}

std::optional<Duration> NackList::Remove(int64_t sequence, Instant now) {
  const auto found = Find(sequence);
  if (found == missing_.end() || found->sequence != sequence) return std::nullopt;
  std::optional<Duration> answered_after;
  if (found->tries == 1) answered_after = now - found->asked;
  missing_.erase(found);
  return answered_after;
}

void NackList::DropBefore(int64_t sequence) { missing_.erase(missing_.begin(), Find(sequence)); }

bool NackList::Has(int64_t sequence) const {
  return std::any_of(missing_.begin(), missing_.end(),
                     [&](const Missing& m) { return m.sequence == sequence; });
}

bool NackList::IsDue(const Missing& missing, int64_t newest, Duration pause, Instant now) {
  if (missing.tries == 0) {
    return newest - missing.sequence >= kReordered || now - missing.since >= kReorderTime;
  }
  if (missing.tries == kMaxTries) return false;
  const bool doubles = missing.tries % 2 == 0;
  const Duration round = missing.tries == 1 ? pause : pause - kDouble;
  return now - missing.asked >= (doubles ? kDouble : round);
}

size_t NackList::TakeDue(int64_t newest, Duration round_trip, Instant now, rtp::rtcp::Nack& nack) {
  const Duration pause = std::max(kMinPause, round_trip);
  size_t taken = 0;
  for (Missing& missing : missing_) {
    if (taken == kMaxAtOnce) break;
    if (!IsDue(missing, newest, pause, now)) continue;
    missing.asked = now;
    ++missing.tries;
    nack.Add(static_cast<uint16_t>(missing.sequence));
    ++taken;
  }
  return taken;
}

}  // namespace sluice::webrtc_media
