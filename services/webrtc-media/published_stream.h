// A stream that WebRTC publishers fill, one after the other.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/loop/timer.h"
#include "libs/relay/claimed_publication.h"
#include "services/webrtc-media/published_item.h"
#include "services/webrtc-media/publisher_counters.h"
#include "services/webrtc-media/publisher_timeline.h"

namespace sluice::webrtc_media {

// Its name is claimed, and its publication lives, from its first publisher to the end of the grace
// after the last one. Tracks in the same codec go on with the next publisher: same ids, same
// timeline, so that players see nothing but a pause. Home loop only.
class PublishedStream {
 public:
  // The tracks that were announced are waited for no longer.
  static constexpr Duration kReadyTime = 1s;

  // One stream of packets of the publisher, in the order of PublisherSettings.
  struct Encoding {
    media::MediaKind kind = media::MediaKind::kVideo;
    std::string mid;
    std::string rid;  // empty = the only one of its mid
  };
  // The publisher that fills it from now on.
  struct Source {
    std::string session_id;
    std::string protocol;
    std::string address;  // host:port
    std::string agent;
    std::vector<Encoding> encodings;  // at most 32
    bool audio_muted = false;
    bool video_muted = false;
  };
  class Listener {
   public:
    virtual ~Listener() = default;
    // As ClaimedPublication::OnDecided. May delete the stream, as all of these.
    virtual void OnStreamDecided(PublishedStream& stream, const absl::Status& status) = 0;
    virtual void OnNameLost(PublishedStream& stream, const absl::Status& reason) = 0;
    virtual void OnGraceOver(PublishedStream& stream) = 0;
    // To the publisher.
    virtual void OnKeyFrameWanted(const std::string& session_id, uint16_t encoding) = 0;
    // encodings: bit n = encoding n. bitrate_bps: 0 = no bound.
    virtual void OnLayersWanted(const std::string& session_id, uint32_t encodings,
                                uint64_t bitrate_bps) = 0;
  };

  // Claims the name; OnStreamDecided follows, never in here.
  PublishedStream(relay::ClaimContext& context, Listener& listener, std::string name,
                  Source source);
  PublishedStream(const PublishedStream&) = delete;
  PublishedStream& operator=(const PublishedStream&) = delete;

  // False before OnStreamDecided(Ok) and after the end.
  bool live() const { return claim_.get() != nullptr; }
  const std::string& name() const { return name_; }
  // Empty: it has none at present.
  const std::string& session_id() const { return source_.session_id; }
  bool had_media() const { return had_media_; }

  // Another publisher goes on.
  void TakeOver(Source source);
  // The publisher has gone; another one may come.
  void Detach() { last_session_id_ = std::exchange(source_.session_id, {}); }
  // The one that has gone, while it has none.
  const std::string& last_session_id() const { return last_session_id_; }
  // Nothing comes: OnGraceOver() after `grace`, unless StopGrace() or TakeOver() comes first.
  void StartGrace(Duration grace) { grace_timer_.Start(grace); }
  void StopGrace() { grace_timer_.Stop(); }
  bool in_grace() const { return grace_timer_.running(); }

  void OnMedia(PublishedItems& items);
  // Tells the players; mute events change the tracks as well. InvalidArgument: too long.
  absl::Status Tell(fanout::StreamEvent event);
  // What the network has lost of an encoding so far, for status.
  void SetLost(size_t encoding, uint64_t packets);
  // Of all its video as it comes now, bits per second.
  uint64_t VideoRate(const PublisherCounters& counters) const;
  // Once a second.
  void OnTick(Instant now);

  // The last word to the players.
  void End(fanout::EndCause cause, std::string detail);

 private:
  struct Slot {
    Encoding encoding;
    uint32_t track_id = 0;  // 0 = nothing has come yet
    bool has_clock = false;
  };

  void OnDecided(const absl::Status& status);
  void Announce();
  void Take(Slot& slot, size_t index, rtp::Packet& packet);
  void Take(Slot& slot, size_t index, const SourceClock& clock);
  void Take(Slot& slot, size_t index, const FormatChange& format);
  media::Track Describe(const Slot& slot, const FormatChange& format) const;
  const media::Track* FindReusable(const media::Track& wanted) const;
  bool IsFilled(uint32_t track_id) const;
  void RemoveOther(media::MediaKind kind, media::Codec codec);
  void RemoveUnfilled();
  void CheckReady();
  void EndWaiting();
  void UpdateClocks();
  bool& Muted(media::MediaKind kind);
  void Mute(media::MediaKind kind, bool muted);
  void TellWanted(const fanout::WantedLayers& wanted);

  Listener& listener_;
  std::string name_;
  Source source_;
  std::string last_session_id_;
  std::vector<Slot> slots_;  // as source_.encodings
  PublisherTimeline timeline_;
  bool had_media_ = false;
  bool waiting_ = true;  // for the announced tracks of this source
  loop::Timer ready_timer_;
  loop::Timer grace_timer_;
  relay::ClaimedPublication claim_;
};

}  // namespace sluice::webrtc_media
