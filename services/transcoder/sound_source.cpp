#include "services/transcoder/sound_source.h"

#include <utility>

namespace sluice::transcoder {

SoundSource::SoundSource(media::Track track, const SoundFormat& format, Delegate delegate)
    : TrackSource(std::move(track), std::move(delegate.on_clock), std::move(delegate.on_end)),
      on_sound_(std::move(delegate.on_sound)) {
  if (format.codec == media::Codec::kMp3) {
    format_ = Mp3();
  } else {
    format_ = Aac{rtp::payload::aac::Depacketizer(format.samples_per_access_unit), {}};
  }
}

void SoundSource::OnPacket(const rtp::Packet& packet) {
  std::visit(
      [&](auto& format) {
        format.depacketizer.Push(packet, format.units);
        for (auto& unit : format.units) {
          on_sound_({std::move(unit.bytes), unit.rtp_timestamp, unit.arrival});
        }
        format.units.clear();
      },
      format_);
}

uint64_t SoundSource::malformed_packets() const {
  return std::visit([](const auto& f) { return f.depacketizer.counters().malformed_packets; },
                    format_);
}

uint64_t SoundSource::lost_packets() const {
  return std::visit([](const auto& f) { return f.depacketizer.counters().lost_packets; }, format_);
}

}  // namespace sluice::transcoder
