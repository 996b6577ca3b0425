// One WebRTC player on its worker: ICE, DTLS, SRTP, RTCP, and its tracks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/dtls/server_connection.h"
#include "libs/rtp/rtcp/message.h"
#include "libs/srtp/srtcp.h"
#include "libs/stun/ice_lite_responder.h"
#include "services/webrtc-media/player_track.h"

namespace sluice::webrtc_media {

// No socket, no clock: datagrams come in by calls and go out by a SendBatch. One thread. It never
// deletes itself: ended() tells.
class PlayerSession {
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
  };
  // What all players of a worker share; outlives them.
  struct Environment {
    std::shared_ptr<const dtls::ServerContext> dtls;
    srtp::ProtectorEngine& engine;
    WorkerCounters& counters;
    RandomSource& random;
    Listener& listener;
    Duration ice_timeout = 30s;
  };

  // feed: whose end is the player's end; its tracks take from there at first.
  PlayerSession(Environment& environment, PlayerSettings settings, FeedId feed, Instant now);
  ~PlayerSession();
  PlayerSession(const PlayerSession&) = delete;
  PlayerSession& operator=(const PlayerSession&) = delete;

  // A STUN datagram with our ufrag. The answer in the result goes back where it came from.
  stun::IceLiteResponder::Result OnCheck(ByteView datagram, const stun::Tuple& tuple, Instant now);
  // Where media, DTLS and RTCP go from now on: after a check that made this the selected tuple.
  // batch: of the socket that the check came to; outlives the session.
  void UsePath(const net::SocketAddress& to, const net::SocketAddress& from, net::SendBatch& batch);
  bool has_path() const { return batch_ != nullptr; }
  // Another session has proved that it is at this tuple, whose remote end is `to`.
  void LoseTuple(const stun::Tuple& tuple, const net::SocketAddress& to);
  // Datagrams from a tuple of ours (RFC 7983).
  void OnDtls(ByteView datagram, Instant now);
  void OnRtcp(std::span<uint8_t> datagram, Instant now);

  // Takes track number `track` from `feed`; `stream` is its content, nullptr if there is none yet.
  void BindTrack(size_t track, FeedId feed, const WorkerStream* stream, Instant now);
  // The description of one of its feeds has come or changed.
  void OnDescription(const WorkerStream& stream, Instant now);
  // Sends what is due. Packet path.
  void SendMedia(Instant now, Kinds kinds);
  void SendMedia(Instant now) { SendMedia(now, Kinds()); }
  // Between two turns other players and the kernel have taken the caches, so the memory of the next
  // players is asked for while one is served: first its own, then what that points to, and so on.
  static constexpr size_t kPrefetchDistance = 4;  // players
  void Prefetch(size_t distance) const;
  // More is due than SendMedia() could send (pacing, or a full socket): call it again soon.
  bool behind() const { return behind_; }

  // Handshake timer, ICE timeout, sender reports each second. Call it about each 100 ms.
  void OnTick(Instant now);
  // Says goodbye and ends. Idempotent: the first reason stands.
  void End(EndReason reason, std::string detail, Instant now);

  bool ended() const { return ended_; }
  EndReason end_reason() const { return end_reason_; }
  const std::string& end_detail() const { return end_detail_; }
  bool playing() const { return playing_; }
  bool TakesFrom(FeedId feed) const;
  FeedId feed() const { return feed_; }
  FeedId feed_of(size_t track) const { return tracks_[track].feed; }
  const PlayerSettings& settings() const { return settings_; }
  std::span<const stun::Tuple> tuples() const { return ice_.tuples(); }

 private:
  struct TrackSlot {
    PlayerTrack track;
    FeedId feed;
  };

  bool media_ready() const { return protector_ != nullptr && batch_ != nullptr && !ended_; }
  MediaOutlet Outlet(Instant now);
  void AfterDtls(Instant now);
  void StartMedia(Instant now);
  void NoticeSkippedVideo(MediaOutlet& outlet);
  void NoticePlaying(Instant now);
  void SendReports(Instant now);
  void SendReport(PlayerTrack& track, Instant now);
  void SendDatagram(ByteView datagram, Instant now);
  PlayerTrack* FindTrack(uint32_t ssrc);
  void OnPictureLoss(uint32_t ssrc, Instant now);

  void OnMessage(const rtp::rtcp::ReceiverReport& report, Instant now);
  void OnMessage(const rtp::rtcp::SenderReport& report, Instant now);
  void OnMessage(const rtp::rtcp::Nack& nack, Instant now);
  void OnMessage(const rtp::rtcp::PictureLossIndication& indication, Instant now);
  void OnMessage(const rtp::rtcp::FullIntraRequest& request, Instant now);
  void OnMessage(const rtp::rtcp::Goodbye& goodbye, Instant now);
  template <typename Other>
  void OnMessage(const Other&, Instant) {}  // of no use to a sender

  // What SendMedia() needs stands together: see Prefetch().
  Environment& environment_;
  net::SendBatch* batch_ = nullptr;
  std::unique_ptr<srtp::PacketProtector> protector_;
  std::vector<TrackSlot> tracks_;  // at most 8
  uint64_t seen_skipped_video_ = 0;
  bool behind_ = false;
  bool playing_ = false;
  bool ended_ = false;
  net::UdpPath path_;

  PlayerSettings settings_;
  FeedId feed_;
  stun::IceLiteResponder ice_;
  std::unique_ptr<dtls::ServerConnection> dtls_;
  std::unique_ptr<srtp::SrtcpProtector> rtcp_protector_;
  std::unique_ptr<srtp::SrtcpUnprotector> rtcp_unprotector_;
  Instant next_reports_{};
  EndReason end_reason_ = EndReason::kClosed;
  std::string end_detail_;
};

}  // namespace sluice::webrtc_media
