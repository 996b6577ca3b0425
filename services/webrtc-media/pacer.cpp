#include "services/webrtc-media/pacer.h"

#include <algorithm>

namespace sluice::webrtc_media {

void Pacer::Advance(Instant now, uint64_t stream_rate, uint64_t limit) {
  rate_ = std::max(kMinRate, kRateFactor * stream_rate);
  int64_t run = kRunBytes;
  if (limit != 0 && limit < rate_) {
    rate_ = limit;
    run /= 2;
  }
  const auto bytes_per_second = static_cast<int64_t>(rate_ / 8);
  const int64_t depth = std::max<int64_t>(run, bytes_per_second * kInterval / 1s);
  // Longer pauses fill the bucket anyway; the bound keeps the product small.
  const Duration passed = std::min<Duration>(now - last_, 1s);
  last_ = now;
  tokens_ = std::min(tokens_ + bytes_per_second * passed.count() / 1'000'000, depth);
}

}  // namespace sluice::webrtc_media
