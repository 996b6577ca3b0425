#include "services/transcoder/sound_source.h"

#include <utility>

namespace sluice::transcoder {

SoundSource::SoundSource(media::Track track, uint32_t samples_per_access_unit, Delegate delegate)
    : track_(std::move(track)),
      delegate_(std::move(delegate)),
      depacketizer_(samples_per_access_unit) {}

void SoundSource::OnItems(std::span<const fanout::Item> items) {
  for (const fanout::Item& item : items) {
    if (ended_) return;
    std::visit([this](const auto& value) { Take(value); }, item);
  }
}

void SoundSource::Take(const fanout::DescriptionPtr& description) {
  const media::Track* now = description->FindTrack(track_.id);
  bool same = now != nullptr && now->codec == track_.codec &&
              now->codec_config == track_.codec_config && now->clock_rate == track_.clock_rate;
  if (!same) Take(fanout::StreamEnd{fanout::EndCause::kUpstreamLost, "the source's sound changed"});
}

void SoundSource::Take(const rtp::PacketPtr& packet) {
  if (packet->track_id != track_.id) return;
  depacketizer_.Push(*packet, access_units_);
  for (auto& access_unit : access_units_) delegate_.on_access_unit(std::move(access_unit));
  access_units_.clear();
}

void SoundSource::Take(const rtp::ClockReport& clock) {
  if (clock.track_id == track_.id) delegate_.on_clock(clock);
}

void SoundSource::Take(const fanout::StreamEnd& end) {
  ended_ = true;
  delegate_.on_end(end);
}

}  // namespace sluice::transcoder
