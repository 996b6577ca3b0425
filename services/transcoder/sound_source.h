// A source's AAC track as access units.
#pragma once

#include <functional>
#include <vector>

#include "libs/rtp/payload/aac/depacketizer.h"
#include "services/transcoder/track_source.h"

namespace sluice::transcoder {

// Ends with a change of the AAC configuration.
class SoundSource final : public TrackSource {
 public:
  struct Delegate {
    std::function<void(rtp::payload::aac::AccessUnit access_unit)> on_access_unit;
    OnClock on_clock;
    OnEnd on_end;
  };

  // samples_per_access_unit: ticks of the track's clock.
  SoundSource(media::Track track, uint32_t samples_per_access_unit, Delegate delegate);

  const rtp::payload::aac::Depacketizer::Counters& counters() const {
    return depacketizer_.counters();
  }

 private:
  void OnPacket(const rtp::Packet& packet) override;
  bool GoesOnAs(const media::Track& now) override {
    return now.codec_config == track_.codec_config;
  }

  std::function<void(rtp::payload::aac::AccessUnit)> on_access_unit_;
  rtp::payload::aac::Depacketizer depacketizer_;
  std::vector<rtp::payload::aac::AccessUnit> access_units_;  // of one packet
};

}  // namespace sluice::transcoder
