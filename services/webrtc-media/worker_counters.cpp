#include "services/webrtc-media/worker_counters.h"

#include <algorithm>

namespace sluice::webrtc_media {

void DurationHistogram::Add(Duration duration, uint64_t times) {
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), duration.count());
  classes_[static_cast<size_t>(bound - kBounds.begin())].Add(times);
  sum_us_.Add(static_cast<uint64_t>(std::max<int64_t>(duration.count(), 0)) * times);
}

}  // namespace sluice::webrtc_media
