// How much video a player may be sent now.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// A token bucket that fills at max(4 x the stream's rate, 20 Mbit/s) and holds a run of 16 packets
// (or 5 ms of the rate, if that is more): a usual frame leaves at once, a large one and the cached
// group of a joiner in runs. One thread.
class Pacer {
 public:
  static constexpr uint64_t kMinRate = 20'000'000;  // bit/s
  static constexpr uint64_t kRateFactor = 4;
  static constexpr size_t kRunBytes = 16 * 1200;
  static constexpr Duration kInterval = 5ms;  // when to try again

  // Time has come to `now`. stream_rate: of the video, bit/s.
  void Advance(Instant now, uint64_t stream_rate);
  // There is room for a packet. What goes beyond it is paid off by the next interval.
  bool MaySend() const { return tokens_ > 0; }
  void OnSent(size_t bytes) { tokens_ -= static_cast<int64_t>(bytes); }

 private:
  int64_t tokens_ = kRunBytes;  // bytes
  Instant last_{};
};

}  // namespace sluice::webrtc_media
