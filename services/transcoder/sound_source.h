// A source's AAC track as access units.
#pragma once

#include <functional>

#include "libs/fanout/sink.h"
#include "libs/rtp/payload/aac/depacketizer.h"

namespace sluice::transcoder {

// Everything that is not of its track is left out. The callbacks may detach and end, but not delete
// this.
class SoundSource final : public fanout::Sink {
 public:
  struct Delegate {
    std::function<void(rtp::payload::aac::AccessUnit access_unit)> on_access_unit;
    std::function<void(const rtp::ClockReport& clock)> on_clock;
    // The stream has ended, or (kUpstreamLost) the track is gone or has another configuration.
    // Once; nothing follows.
    std::function<void(const fanout::StreamEnd& end)> on_end;
  };

  // samples_per_access_unit: ticks of the track's clock.
  SoundSource(media::Track track, uint32_t samples_per_access_unit, Delegate delegate);

  void OnItems(std::span<const fanout::Item> items) override;

  const media::Track& track() const { return track_; }
  const rtp::payload::aac::Depacketizer::Counters& counters() const {
    return depacketizer_.counters();
  }

 private:
  void Take(const fanout::DescriptionPtr& description);
  void Take(const rtp::PacketPtr& packet);
  void Take(const rtp::ClockReport& clock);
  void Take(const fanout::StreamEnd& end);

  media::Track track_;
  Delegate delegate_;
  rtp::payload::aac::Depacketizer depacketizer_;
  std::vector<rtp::payload::aac::AccessUnit> access_units_;  // of one packet
  bool ended_ = false;
};

}  // namespace sluice::transcoder
