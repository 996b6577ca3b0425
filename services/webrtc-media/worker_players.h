// The players of a worker and the streams that they take.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/webrtc-media/player_session.h"
#include "services/webrtc-media/worker_event.h"
#include "services/webrtc-media/worker_sessions.h"

namespace sluice::webrtc_media {

// Carries out the home loop's commands about them. The worker's thread only.
class WorkerPlayers final : private PlayerSession::Listener {
 public:
  // All outlive it. now: of the present turn. emit: tells the home loop.
  WorkerPlayers(PeerTransport::Environment& environment, WorkerSessions& sessions,
                const Instant& now, const std::function<void(WorkerEvent)>& emit)
      : environment_(environment), sessions_(sessions), now_(now), emit_(emit) {}

  void Take(FeedItem& item);
  void Take(const OpenFeed& command);
  void Take(const CloseFeed& command);
  void Take(const std::unique_ptr<AddPlayer>& command);
  void Take(const std::unique_ptr<BindTrack>& command);
  void Take(const std::unique_ptr<SetLayerLimits>& command);
  void Take(const std::unique_ptr<RemovePlayer>& command);

  // Sends what this turn's items have brought. Packet path.
  void SendTouched();
  // The batch has been handed to the kernel at `now`: counts how long this turn's packets took.
  void OnSent(Instant now);
  bool any_live() const { return !live_.empty(); }
  // `player` has ended and is about to be deleted.
  void Forget(PlayerSession& player);

 private:
  struct Stream {
    explicit Stream(FeedId id) : content(id) {}
    WorkerStream content;
    std::vector<PlayerSession*> players;
    PlayerSession::Kinds touched{false, false};  // any: in touched_
    Instant described{};  // packets older than this came from a cache: their delay says nothing
  };
  // A packet that came in this turn and is sent in it.
  struct LivePacket {
    Instant arrival;
    size_t players;
  };

  void TakeItem(Stream& stream, const rtp::PacketPtr& packet);
  void TakeItem(Stream& stream, const rtp::ClockReport& clock);
  void TakeItem(Stream& stream, const fanout::DescriptionPtr& description);
  void TakeItem(Stream&, const fanout::StreamEventPtr&) {}  // WorkerFeed keeps it back
  void TakeItem(Stream& stream, const fanout::StreamEnd& end);

  void Link(PlayerSession& player);
  void Unlink(PlayerSession& player);
  Stream* FindStream(FeedId feed);
  PlayerSession* FindPlayer(const std::string& session_id);
  // PlayerSession::Listener:
  void OnPlaying(const PlayerSession& session, Duration time_to_first_media) override;
  void OnKeyFrameWanted(FeedId feed, StreamTrack& track) override;
  void OnBandwidth(const PlayerSession& session, uint64_t stream, uint64_t network) override;

  PeerTransport::Environment& environment_;
  WorkerSessions& sessions_;
  const Instant& now_;
  const std::function<void(WorkerEvent)>& emit_;
  size_t count_ = 0;
  absl::flat_hash_map<FeedId, std::unique_ptr<Stream>> streams_;  // as many as the home loop opens
  std::vector<Stream*> touched_;  // have packets to send in this turn
  std::vector<LivePacket> live_;  // of this turn; for the delay histogram
};

}  // namespace sluice::webrtc_media
