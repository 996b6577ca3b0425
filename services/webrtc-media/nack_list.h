// Which packets of one source are missing, and when to ask for them (RFC 4585 §6.2.1).
#pragma once

#include <optional>
#include <vector>

#include "libs/base/instant.h"
#include "libs/rtp/rtcp/feedback.h"

namespace sluice::webrtc_media {

// Sequence numbers are unwrapped. Bounded by the caller, who adds only what lies in his window.
// One thread.
class NackList {
 public:
  // A packet that is merely late shows before it is asked for: so many newer ones, or so long.
  static constexpr int64_t kReordered = 2;
  static constexpr Duration kReorderTime = 5ms;
  static constexpr int kMaxRounds = 10;
  static constexpr Duration kMinPause = 20ms;  // between two rounds
  // From the second round on each question is asked twice, so long after each other, since the
  // question is lost as easily as the answer. Senders answer once per round trip.
  static constexpr Duration kDouble = 10ms;
  static constexpr int kMaxTries = 2 * kMaxRounds - 1;
  // Asked for at once, at most: more would be answered by a burst that is lost itself.
  static constexpr size_t kMaxAtOnce = 256;

  // [first, last] are missing; they are newer than all before.
  void Add(int64_t first, int64_t last, Instant now);
  // It has come. The time from the only question to it; nullopt if it was not asked for, or more
  // than once, or not missing.
  std::optional<Duration> Remove(int64_t sequence, Instant now);
  // Those before `sequence` are not waited for any more.
  void DropBefore(int64_t sequence);
  void Clear() { missing_.clear(); }

  bool Has(int64_t sequence) const;
  bool empty() const { return missing_.empty(); }
  size_t size() const { return missing_.size(); }
  // Of the oldest one: since when it is missing. Not empty().
  Instant oldest_since() const { return missing_.front().since; }

  // Adds to `nack` what is to be asked for now, in rising order. newest: the highest that has come.
  // Returns how many there are.
  size_t TakeDue(int64_t newest, Duration round_trip, Instant now, rtp::rtcp::Nack& nack);

 private:
  struct Missing {
    int64_t sequence;
    Instant since;
    Instant asked;
    int tries;
  };
  static bool IsDue(const Missing& missing, int64_t newest, Duration pause, Instant now);
  std::vector<Missing>::iterator Find(int64_t sequence);

  std::vector<Missing> missing_;  // in rising order
};

}  // namespace sluice::webrtc_media
