// How long a stream's packets were held up on their way to the worker.
#pragma once

#include <algorithm>
#include <array>

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// A publisher's packets wait for those before them that were lost and are asked for again. No
// allocation; packet path.
class HoldMeter {
 public:
  static constexpr Duration kLeast = 30ms;  // less is the machine's own doing
  static constexpr Duration kCached = 1s;   // what is older comes from a cache

  // held: from the publisher's socket to here.
  void Add(Duration held, Instant now) {
    if (held < kLeast || held > kCached) return;
    Second& second = At(now);
    second.longest = std::max(second.longest, held);
  }
  // The longest of the last seconds, the worst one left out: once is no habit. 0: nothing to speak
  // of.
  Duration Usual(Instant now) const {
    Duration longest{0};
    Duration next{0};
    for (const Second& second : seconds_) {
      if (second.number <= Number(now) - kSeconds) continue;
      next = std::max(next, std::min(longest, second.longest));
      longest = std::max(longest, second.longest);
    }
    return next;
  }

 private:
  static constexpr int64_t kSeconds = 8;

  struct Second {
    int64_t number = -kSeconds;
    Duration longest{0};
  };
  static int64_t Number(Instant now) { return now.time_since_epoch() / 1s; }
  Second& At(Instant now) {
    Second& second = seconds_[static_cast<size_t>(Number(now) % kSeconds)];
    if (second.number != Number(now)) second = {Number(now), Duration(0)};
    return second;
  }

  std::array<Second, kSeconds> seconds_{};
};

}  // namespace sluice::webrtc_media
