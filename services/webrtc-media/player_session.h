// One WebRTC player on its worker: its tracks, and the RTCP about them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/rtp/rtcp/message.h"
#include "services/webrtc-media/peer_session.h"
#include "services/webrtc-media/player_layers.h"
#include "services/webrtc-media/player_track.h"
#include "services/webrtc-media/sound_redundancy.h"

namespace sluice::webrtc_media {

// One thread.
class PlayerSession final : public PeerSession {
 public:
  // Which of its tracks are to send.
  struct Kinds {
    bool audio = true;
    bool video = true;
  };
  class Listener {
   public:
    virtual ~Listener() = default;
    // The first media packet is in the send batch, so long after PlayerSettings::created.
    virtual void OnPlaying(const PlayerSession& session, Duration time_to_first_media) = 0;
    // `session` cannot decode `track`, which it takes from `feed`.
    virtual void OnKeyFrameWanted(FeedId feed, StreamTrack& track) = 0;
    // The way to the player carries `network` bit/s, less than the lowest quality of its video
    // needs (`stream`): it gets sound and key frames only. Told when it begins.
    virtual void OnBandwidth(const PlayerSession& session, uint64_t stream, uint64_t network) = 0;
  };

  // environment and listener outlive it. feed: whose end is the player's end; its tracks take from
  // there at first.
  PlayerSession(PeerTransport::Environment& environment, Listener& listener,
                PlayerSettings settings, FeedId feed, Instant now);

  // Takes track number `track` from `feed`; `stream` is its content, nullptr if there is none yet.
  void BindTrack(size_t track, FeedId feed, const WorkerStream* stream, Instant now);
  // What is sent of the video at most, from now on.
  void SetLayerLimits(const LayerLimits& limits, Instant now);
  // The description of one of its feeds has come or changed.
  void OnDescription(const WorkerStream& stream, Instant now);
  // Sends what is due. Packet path.
  void SendMedia(Instant now, Kinds kinds);
  void SendMedia(Instant now) { SendMedia(now, Kinds()); }
  // Between two turns other players and the kernel have taken the caches, so the memory of the next
  // players is asked for while one is served: first its own, then what that points to, and so on.
  static constexpr size_t kPrefetchDistance = 4;  // players
  void Prefetch(size_t distance) const;
  // More is due than SendMedia() could send (pacing, or a full socket).
  bool behind() const override { return behind_; }
  void OnPace(Instant now) override { SendMedia(now); }
  // A player sends no media.
  void OnRtp(std::span<uint8_t> datagram, Instant now) override;

  bool playing() const { return playing_; }
  bool TakesFrom(FeedId feed) const;
  FeedId feed() const { return feed_; }
  size_t track_count() const { return tracks_.size(); }
  FeedId feed_of(size_t track) const { return tracks_[track].feed; }

 private:
  struct TrackSlot {
    PlayerTrack track;
    FeedId feed;
    PlayerLayers layers;  // of a video
  };

  void OnConnected(Instant now) override;
  void OnReadyTick(Instant now) override;
  void OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) override;
  // What the way to the player carries, and what follows from it.
  void WatchBandwidth(Instant now);
  void ChooseLayers(TrackSlot& slot, Instant now);
  void SetPatience(TrackSlot& slot, Instant now);
  void Apply(TrackSlot& slot, const PlayerLayers::Choice& choice, Instant now);
  void SkipBacklog(TrackSlot& slot, Instant now);
  void SendProbe(MediaOutlet& outlet);
  MediaOutlet Outlet(Instant now);
  void NoticeSkippedVideo(MediaOutlet& outlet);
  void WishForKeyFrame(Instant now);
  void NoticePlaying(Instant now);
  void SendReports(Instant now);
  void SendReport(PlayerTrack& track, Instant now);
  PlayerTrack* FindTrack(uint32_t ssrc);
  void OnPictureLoss(uint32_t ssrc, Instant now);

  void OnMessage(const rtp::rtcp::ReceiverReport& report, Instant now);
  void OnMessage(const rtp::rtcp::SenderReport& report, Instant now);
  void OnMessage(const rtp::rtcp::Nack& nack, Instant now);
  void OnMessage(const rtp::rtcp::PictureLossIndication& indication, Instant now);
  void OnMessage(const rtp::rtcp::FullIntraRequest& request, Instant now);
  void OnMessage(const rtp::rtcp::TransportFeedback& feedback, Instant now);
  void OnMessage(const rtp::rtcp::ReceiverEstimatedMaximumBitrate& estimate, Instant now);
  void OnMessage(const rtp::rtcp::Goodbye& goodbye, Instant now);
  template <typename Other>
  void OnMessage(const Other&, Instant) {}  // of no use to a sender

  // What SendMedia() needs stands together, behind the transport: see Prefetch().
  std::vector<TrackSlot> tracks_;  // at most 8
  // nullptr: the player does not tell when packets arrive, and has not estimated anything either.
  std::unique_ptr<congestion::BandwidthEstimator> bandwidth_;
  uint64_t video_rate_ = 0;  // see MediaOutlet
  SoundRedundancy sound_;
  bool numbered_ = false;  // transport-wide sequence numbers are agreed on
  uint64_t seen_skipped_video_ = 0;
  bool behind_ = false;
  bool playing_ = false;

  Listener& listener_;
  std::shared_ptr<PlayerCounters> counters_;
  Instant created_;
  FeedId feed_;
  Instant next_reports_{};
  Instant next_wish_{};  // for a key frame; zero = none is waited for
  Instant next_skip_{};
  Instant next_sparse_{};
};

}  // namespace sluice::webrtc_media
