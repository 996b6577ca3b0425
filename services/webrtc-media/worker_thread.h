// What runs on a worker's thread: its loop, sockets, streams and players.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "libs/loop/event_loop.h"
#include "libs/loop/timer.h"
#include "services/webrtc-media/player_session.h"
#include "services/webrtc-media/udp_port.h"
#include "services/webrtc-media/worker_event.h"

namespace sluice::webrtc_media {

// Made on the home thread; Run() is the worker's thread, and everything else happens there. One
// clock read per turn.
class WorkerThread final : private PlayerSession::Listener {
 public:
  struct Settings {
    std::shared_ptr<const dtls::ServerContext> dtls;
    std::unique_ptr<srtp::ProtectorEngine> engine;
    Duration ice_timeout = 30s;
  };
  // queue, counters and random outlive it. wake_fd: an eventfd that tells of commands in the
  // queue; borrowed. emit: called on the worker's thread. sockets: one or two.
  WorkerThread(Settings settings, WorkerQueue& queue, WorkerCounters& counters,
               RandomSource& random, int wake_fd,
               std::vector<std::unique_ptr<net::UdpSocket>> sockets,
               std::function<void(WorkerEvent)> emit);
  ~WorkerThread() override;

  // Until a StopWorker command has been carried out.
  void Run() { loop_.Run(); }

 private:
  struct Player {
    PlayerSession session;
    bool lagging = false;   // in lagging_
    bool removing = false;  // in removing_
  };
  struct Stream {
    explicit Stream(FeedId id) : content(id) {}
    WorkerStream content;
    std::vector<Player*> players;
    PlayerSession::Kinds touched{false, false};  // any: in touched_
    Instant described{};  // packets older than this came from a cache: their delay says nothing
  };
  struct TupleHash {
    size_t operator()(const stun::Tuple& tuple) const;
  };
  // A packet that came in this turn and is sent in it.
  struct LivePacket {
    Instant arrival;
    size_t players;
  };

  // The turns.
  void OnWake();
  void OnSocket(UdpPort& port, loop::FdWatcher::Ready ready);
  void OnTick();
  void OnPace();
  void EndTurn();

  // Commands.
  void DrainQueue();
  void Take(FeedItem& item);
  void Take(const OpenFeed& command);
  void Take(const CloseFeed& command);
  void Take(const std::unique_ptr<AddPlayer>& command);
  void Take(const std::unique_ptr<BindTrack>& command);
  void Take(const std::unique_ptr<RemovePlayer>& command);
  void Take(const StopWorker& command);
  void TakeItem(Stream& stream, const rtp::PacketPtr& packet);
  void TakeItem(Stream& stream, const rtp::ClockReport& clock);
  void TakeItem(Stream& stream, const fanout::DescriptionPtr& description);
  void TakeItem(Stream&, const fanout::StreamEventPtr&) {}  // WorkerFeed keeps it back
  void TakeItem(Stream& stream, const fanout::StreamEnd& end);

  // Datagrams.
  void OnDatagram(UdpPort& port, const net::UdpDatagram& datagram);
  void OnStun(UdpPort& port, const net::UdpDatagram& datagram, const stun::Tuple& tuple);
  void GiveTuple(const stun::Tuple& tuple, const net::UdpDatagram& datagram, Player& player);

  // Players.
  void SendTouched();
  void Settle(Player& player);
  void Link(Player& player);
  void Unlink(Player& player);
  void RemoveEnded();
  void OnPlaying(const PlayerSession& session, Duration time_to_first_media) override;
  void OnKeyFrameWanted(FeedId feed, StreamTrack& track) override;
  Stream* FindStream(FeedId feed);
  Player* FindPlayer(const std::string& session_id);
  void UpdateSocketCounters();

  loop::EventLoop loop_;
  WorkerQueue& queue_;
  WorkerCounters& counters_;
  std::unique_ptr<srtp::ProtectorEngine> engine_;
  PlayerSession::Environment environment_;
  std::function<void(WorkerEvent)> emit_;
  int wake_fd_;
  Instant now_{};

  std::vector<std::unique_ptr<UdpPort>> ports_;
  absl::flat_hash_map<FeedId, std::unique_ptr<Stream>> streams_;  // as many as the home loop opens
  absl::flat_hash_map<std::string, std::unique_ptr<Player>> players_;  // by session id; bounded
                                                                       // by Worker's max_players
  absl::flat_hash_map<std::string, Player*> by_ufrag_;
  absl::flat_hash_map<stun::Tuple, Player*, TupleHash> by_tuple_;  // at most 8 a player

  std::vector<Stream*> touched_;   // have packets to send in this turn
  std::vector<Player*> lagging_;   // have more to send
  std::vector<Player*> removing_;  // have ended
  std::vector<LivePacket> live_;   // of this turn; for the delay histogram
  bool stopping_ = false;

  loop::FdWatcher wake_watcher_;
  loop::Timer tick_timer_;
  loop::Timer pace_timer_;
};

}  // namespace sluice::webrtc_media
