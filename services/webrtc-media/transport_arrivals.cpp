#include "services/webrtc-media/transport_arrivals.h"

#include <algorithm>

namespace sluice::webrtc_media {

void TransportArrivals::Add(uint16_t sequence_number, Instant now) {
  if (!origin_) {
    origin_ = now;
    told_ = now;
  }
  const int64_t sequence = unwrapper_.Unwrap(sequence_number);
  if (kept_.size() < kMaxKept) kept_.push_back({sequence, now - *origin_});
}

// What lies between the last feedback and `first` is told to be missing, as far as one feedback
// can.
int64_t TransportArrivals::Base(int64_t first) const {
  constexpr int64_t kFarthest = rtp::rtcp::TransportFeedbackBuilder::kMaxPackets / 2;
  if (!next_ || first < *next_ || first - *next_ > kFarthest) return first;
  return *next_;
}

void TransportArrivals::AppendDue(uint32_t sender_ssrc, uint32_t media_ssrc, Instant now,
                                  Bytes& out) {
  if (kept_.empty() || now - told_ < kInterval) return;
  told_ = now;
  std::stable_sort(kept_.begin(), kept_.end(),
                   [](const Arrival& a, const Arrival& b) { return a.sequence < b.sequence; });
  const auto doubled =
      std::unique(kept_.begin(), kept_.end(),
                  [](const Arrival& a, const Arrival& b) { return a.sequence == b.sequence; });
  kept_.erase(doubled, kept_.end());
  for (size_t i = 0; i < kept_.size();) {
    rtp::rtcp::TransportFeedbackBuilder builder(static_cast<uint16_t>(Base(kept_[i].sequence)),
                                                kept_[i].at);
    const size_t first = i;
    while (i < kept_.size() && builder.Add(static_cast<uint16_t>(kept_[i].sequence), kept_[i].at)) {
      next_ = std::max(next_.value_or(0), kept_[i].sequence + 1);
      ++i;
    }
    if (i == first) {
      ++i;  // its arrival is beyond what the format can say
      continue;
    }
    rtp::rtcp::Serialize(builder.Build(sender_ssrc, media_ssrc, count_++), out);
  }
  kept_.clear();
}

}  // namespace sluice::webrtc_media
