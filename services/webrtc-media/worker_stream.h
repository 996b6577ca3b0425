// A stream as a worker has it: its tracks' recent packets and clocks.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "libs/fanout/item.h"
#include "libs/fanout/rate_meter.h"
#include "services/webrtc-media/hold_meter.h"
#include "services/webrtc-media/player_settings.h"
#include "services/webrtc-media/track_ring.h"
#include "services/webrtc-media/worker_queue.h"

namespace sluice::webrtc_media {

// One track. Shared by the stream and the players that take it, so that a player may finish what
// a change of tracks has taken out of the stream.
class StreamTrack {
 public:
  static constexpr Duration kStall = 300ms;
  static constexpr size_t kTemporalLayers = 4;

  explicit StreamTrack(media::Track description)
      : ring(description.kind), track(std::move(description)) {}

  // The stream's own NTP time at `now`, by the last report and the time that has passed since it
  // came. nullopt before the first one.
  std::optional<NtpTime> NtpAt(Instant now) const;
  // What part of the bytes temporal layers up to this one have, 0 to 1.
  double TemporalShare(size_t highest_layer) const;
  // 1 if there are no others.
  size_t temporal_layers() const;
  // The RTP timestamp of that moment.
  uint32_t TimestampAt(NtpTime ntp) const { return clock->TimestampAt(ntp); }

  TrackRing ring;
  media::Track track;
  fanout::RateMeter bytes_rate;  // payload
  uint64_t bits_per_second = 0;  // by bytes_rate, at the last packet: asked for by every player
  // Bytes of each temporal layer lately; halved now and then.
  std::array<uint64_t, kTemporalLayers> temporal_bytes{};
  uint64_t stalls = 0;  // times nothing came for kStall: a backlog may follow
  std::optional<rtp::ClockReport> clock;
  Instant clock_received{};
  Instant last_arrival{};
  HoldMeter held;
  Instant key_frame_asked{};  // when upstream was last asked for one
};
using StreamTrackPtr = std::shared_ptr<StreamTrack>;

// One feed's content. One thread.
class WorkerStream {
 public:
  explicit WorkerStream(FeedId id) : id_(id) {}

  // Takes a packet or clock report. The packet's track if there is something new to send, else
  // nullptr.
  const StreamTrack* OnPacket(const rtp::PacketPtr& packet, Instant now);
  void OnClock(const rtp::ClockReport& clock, Instant now);
  // What has come is about to be sent: see TrackRing::EvenOut().
  void EvenOut();
  // Tracks that stay the same (id, SSRC and codec) keep their packets; the others begin anew.
  void OnDescription(const media::StreamDescription& description);

  // The first track of this kind in a codec that the player takes; nullptr if there is none.
  StreamTrackPtr FindTrack(media::MediaKind kind, std::span<const PlayerFormat> formats) const;

  // The layers of `track` (simulcast), itself included, as they stand in the description: the
  // largest first.
  std::vector<StreamTrackPtr> LayersOf(const StreamTrack& track) const;

  FeedId id() const { return id_; }

 private:
  StreamTrack* Find(uint32_t track_id) const;

  FeedId id_;
  std::vector<StreamTrackPtr> tracks_;  // at most 64, the publication's bound
};

}  // namespace sluice::webrtc_media
