#include "services/webrtc-media/pacer.h"

#include <algorithm>

namespace sluice::webrtc_media {

void Pacer::Advance(Instant now, uint64_t stream_rate) {
  const auto bytes_per_second =
      static_cast<int64_t>(std::max(kMinRate, kRateFactor * stream_rate) / 8);
  const int64_t depth = std::max<int64_t>(kRunBytes, bytes_per_second * kInterval / 1s);
  // Longer pauses fill the bucket anyway; the bound keeps the product small.
  const Duration passed = std::min<Duration>(now - last_, 1s);
  last_ = now;
  tokens_ = std::min(tokens_ + bytes_per_second * passed.count() / 1'000'000, depth);
}

}  // namespace sluice::webrtc_media
