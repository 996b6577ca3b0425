// One track of a source stream, as a sink.
#pragma once

#include <functional>

#include "libs/fanout/sink.h"

namespace sluice::transcoder {

// Everything that is not of its track is left out. The callbacks may detach and end, but not delete
// this.
class TrackSource : public fanout::Sink {
 public:
  using OnClock = std::function<void(const rtp::ClockReport& clock)>;
  // The stream has ended, or (kUpstreamLost) the track is gone or has become another. Once; nothing
  // follows.
  using OnEnd = std::function<void(const fanout::StreamEnd& end)>;

  TrackSource(media::Track track, OnClock on_clock, OnEnd on_end)
      : track_(std::move(track)), on_clock_(std::move(on_clock)), on_end_(std::move(on_end)) {}

  void OnItems(std::span<const fanout::Item> items) override;

  const media::Track& track() const { return track_; }

 protected:
  virtual void OnPacket(const rtp::Packet& packet) = 0;
  // The track is described anew. False: it cannot go on so.
  virtual bool GoesOnAs(const media::Track& now) = 0;

  media::Track track_;  // as described last

 private:
  void Take(const fanout::DescriptionPtr& description);
  void Take(const rtp::PacketPtr& packet);
  void Take(const rtp::ClockReport& clock);
  void Take(const fanout::StreamEventPtr&) {}  // goes to players, not through a conversion
  void Take(const fanout::StreamEnd& end);

  OnClock on_clock_;
  OnEnd on_end_;
  bool ended_ = false;
};

}  // namespace sluice::transcoder
