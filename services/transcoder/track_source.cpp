#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

void TrackSource::OnItems(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    if (ended_) return;
    std::visit([this](const auto& value) { Take(value); }, item);
  }
}

void TrackSource::Take(const fanout::DescriptionPtr& description) {
  const media::Track* now = description->FindTrack(track_.id);
  bool same = now != nullptr && now->codec == track_.codec && now->clock_rate == track_.clock_rate;
  if (!same || !GoesOnAs(*now)) {
    return Take(fanout::StreamEnd{fanout::EndCause::kUpstreamLost, "the source's track changed"});
  }
  track_ = *now;
}

void TrackSource::Take(const rtp::PacketPtr& packet) {
  if (packet->track_id == track_.id) OnPacket(*packet);
}

void TrackSource::Take(const rtp::ClockReport& clock) {
  if (clock.track_id == track_.id) on_clock_(clock);
}

void TrackSource::Take(const fanout::StreamEnd& end) {
  ended_ = true;
  on_end_(end);
}

}  // namespace sluice::transcoder
