// How much video a player may be sent now.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// A token bucket that fills at max(4 x the stream's rate, 20 Mbit/s), or at the rate that the way
// to the player is known to carry, and holds a run of 16 packets (or 5 ms of the rate, if that is
// more; over a thin way half a run): a usual frame leaves at once, a large one and the cached group
// of a joiner in runs. One thread.
class Pacer {
 public:
  static constexpr uint64_t kMinRate = 20'000'000;  // bit/s
  static constexpr uint64_t kRateFactor = 4;
  static constexpr size_t kRunBytes = 16 * 1200;
  static constexpr Duration kInterval = 5ms;  // when to try again

  // Time has come to `now`. stream_rate: of the video, bit/s. limit: what may be sent, bit/s; 0 =
  // not known.
  void Advance(Instant now, uint64_t stream_rate, uint64_t limit = 0);
  // There is room for a packet. What goes beyond it is paid off by the next interval.
  bool MaySend() const { return tokens_ > 0; }
  // bit/s, since the last Advance().
  uint64_t rate() const { return rate_; }
  void OnSent(size_t bytes) { tokens_ -= static_cast<int64_t>(bytes); }

 private:
  int64_t tokens_ = kRunBytes;  // bytes
  uint64_t rate_ = kMinRate;
  Instant last_{};
};

}  // namespace sluice::webrtc_media
