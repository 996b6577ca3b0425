#include "services/transcoder/sound_source.h"

#include <utility>

namespace sluice::transcoder {

SoundSource::SoundSource(media::Track track, uint32_t samples_per_access_unit, Delegate delegate)
    : TrackSource(std::move(track), std::move(delegate.on_clock), std::move(delegate.on_end)),
      on_access_unit_(std::move(delegate.on_access_unit)),
      depacketizer_(samples_per_access_unit) {}

void SoundSource::OnPacket(const rtp::Packet& packet) {
  depacketizer_.Push(packet, access_units_);
  for (auto& access_unit : access_units_) on_access_unit_(std::move(access_unit));
  access_units_.clear();
}

}  // namespace sluice::transcoder
