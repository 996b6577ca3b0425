#include "services/transcoder/sound_source.h"

#include <utility>

namespace sluice::transcoder {

SoundSource::SoundSource(media::Track track, const SoundFormat& format, Delegate delegate)
    : TrackSource(std::move(track), std::move(delegate.on_clock), std::move(delegate.on_end)),
      on_sound_(std::move(delegate.on_sound)) {
  if (format.codec == media::Codec::kAac) {
    format_ = Aac{rtp::payload::aac::Depacketizer(format.samples_per_access_unit), {}};
  } else if (format.codec == media::Codec::kMp3) {
    format_ = Mp3();
  } else {
    format_ = Sampled();
  }
}

void SoundSource::OnPacket(const rtp::Packet& packet) {
  std::visit([&](auto& format) { Take(format, packet); }, format_);
}

template <typename Format>
void SoundSource::Take(Format& format, const rtp::Packet& packet) {
  format.depacketizer.Push(packet, format.units);
  for (auto& unit : format.units) {
    on_sound_({std::move(unit.bytes), unit.rtp_timestamp, unit.arrival});
  }
  format.units.clear();
}

void SoundSource::Take(Sampled& format, const rtp::Packet& packet) {
  if (format.last_sequence_number) {
    format.lost_packets +=
        static_cast<uint16_t>(packet.sequence_number - *format.last_sequence_number - 1);
  }
  format.last_sequence_number = packet.sequence_number;
  on_sound_({packet.payload, packet.rtp_timestamp, packet.arrival});
}

uint64_t SoundSource::malformed_packets() const {
  if (const auto* aac = std::get_if<Aac>(&format_)) {
    return aac->depacketizer.counters().malformed_packets;
  }
  const auto* mp3 = std::get_if<Mp3>(&format_);
  return mp3 != nullptr ? mp3->depacketizer.counters().malformed_packets : 0;
}

uint64_t SoundSource::lost_packets() const {
  if (const auto* sampled = std::get_if<Sampled>(&format_)) return sampled->lost_packets;
  if (const auto* aac = std::get_if<Aac>(&format_)) {
    return aac->depacketizer.counters().lost_packets;
  }
  return std::get<Mp3>(format_).depacketizer.counters().lost_packets;
}

}  // namespace sluice::transcoder
