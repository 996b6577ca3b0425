// A thread that serves players and publishers: one loop, one UDP socket per family for all of them.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/dtls/server_connection.h"
#include "libs/fanout/sink.h"
#include "libs/loop/event_loop.h"
#include "libs/loop/timer.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"
#include "libs/srtp/engine.h"
#include "services/webrtc-media/publisher_delegate.h"
#include "services/webrtc-media/worker_counters.h"
#include "services/webrtc-media/worker_event.h"
#include "services/webrtc-media/worker_queue.h"

namespace sluice::webrtc_media {

class WorkerThread;
class Worker;

// One stream on its way to one worker: attach it to the relay. While it lives, the worker caches
// the stream. Must be detached, then deleted, before the worker. Home loop.
class WorkerFeed final : public fanout::Sink {
 public:
  ~WorkerFeed() override;  // its players keep their sessions, but get nothing from here any more
  // May be attached to another relay of the same stream after the first one broke. A StreamEnd
  // ends the players that were added on this feed: hold it back if you want to try again.
  void OnItems(std::span<const fanout::Item> items) override;
  FeedId id() const { return id_; }

 private:
  friend class Worker;
  WorkerFeed(Worker& worker, FeedId id) : worker_(worker), id_(id) {}
  // True if there is something for the worker.
  bool OnPacket(const rtp::PacketPtr& packet);

  Worker& worker_;
  FeedId id_;
  fanout::DescriptionPtr description_;
  bool skipping_video_ = false;  // until the next key frame, since the queue was full
};

// Home loop only, but for counters() and queue().
class Worker {
 public:
  struct Settings {
    net::SocketAddress v4;  // bound as given; port 0 = any free one
    net::SocketAddress v6;  // v4's port is used; invalid = no IPv6
    bool tcp = true;        // listen for ICE over TCP on the same port
    std::shared_ptr<const dtls::ServerContext> dtls;
    // A session without a first valid check, or whose checks stop for so long, is ended.
    Duration ice_timeout = 30s;
    size_t max_players = 2000;  // publishers included
    srtp::EngineChoice srtp_engine = srtp::EngineChoice::kFastest;
  };
  // Called on the home loop, never from inside a call to the worker.
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // The first media packet has been sent, so long after PlayerSettings::created.
    virtual void OnPlayerPlaying(const std::string& session_id, Duration time_to_first_media) = 0;
    // The last word about a player, RemovePlayer's included. detail: for people.
    virtual void OnPlayerEnded(const std::string& session_id, EndReason reason,
                               const std::string& detail) = 0;
    // A player cannot decode: ask upstream. Already at most one per track and 500 ms.
    virtual void OnKeyFrameWanted(FeedId feed, uint32_t track_id) = 0;
    // The way to a player carries less (network_bps) than the lowest quality of its video
    // (stream_bps): it gets sound and key frames only. Told when it begins.
    virtual void OnPlayerBandwidth(const std::string& session_id, uint64_t stream_bps,
                                   uint64_t network_bps) = 0;
  };

  // Binds the sockets and starts the thread. home, random and delegate outlive the worker; random
  // must be usable from any thread. Unavailable if the port is taken, Unimplemented if the SRTP
  // engine is not there. A host without IPv6 is served without.
  static absl::StatusOr<std::unique_ptr<Worker>> Start(Settings settings, loop::EventLoop& home,
                                                       RandomSource& random, Delegate& delegate);
  // Ends all players (close_notify to each) and waits for the thread. No Delegate call follows.
  ~Worker();

  uint16_t port() const { return port_; }
  bool has_ipv6() const { return has_ipv6_; }
  bool has_tcp() const { return has_tcp_; }
  // What encrypts here: "openssl" or "ipsec-mb".
  std::string_view srtp_engine() const { return srtp_engine_; }

  std::unique_ptr<WorkerFeed> OpenFeed();
  // ResourceExhausted at max_players, AlreadyExists for a session_id or ufrag in use, else Ok; the
  // player waits for its first check from now on.
  absl::Status AddPlayer(PlayerSettings settings, const WorkerFeed& feed);
  // The player's track `track` takes from `feed` from now on (a rendition, for example). SSRC and
  // sequence numbers go on. A player that is gone is ignored.
  void BindTrack(const std::string& session_id, size_t track, const WorkerFeed& feed);
  // What the player is sent of its videos at most, from now on. A player that is gone is ignored.
  void SetLayerLimits(const std::string& session_id, const LayerLimits& limits);
  // OnPlayerEnded follows. A player that is gone is ignored.
  void RemovePlayer(const std::string& session_id, EndReason reason);

  // Who is told of publishers; before the first AddPublisher(), outlives the worker.
  void SetPublisherDelegate(PublisherDelegate& delegate) { publisher_delegate_ = &delegate; }
  // As AddPlayer(). settings.tracks have at most PublisherCounters::kMaxEncodings encodings, else
  // InvalidArgument.
  absl::Status AddPublisher(PublisherSettings settings);
  // OnPublisherEnded follows. These ignore a publisher that is gone.
  void RemovePublisher(const std::string& session_id, EndReason reason);
  // Asks for a key frame (PLI, at most each 500 ms, until it comes).
  void RequestPublisherKeyFrame(const std::string& session_id, uint16_t encoding);
  // encodings: bit n = encoding n (all at first); the others' media is not passed on, but for
  // sound. bitrate_bps: of all video together, 0 = no bound but the settings'.
  void SetWanted(const std::string& session_id, uint32_t encodings, uint64_t bitrate_bps);

  // The credentials of an ICE restart (RFC 8445 §9), of a player or a publisher: valid beside the
  // present ones until their first check. Media goes on. NotFound, or AlreadyExists for a ufrag
  // that is in use.
  absl::Status RestartIce(const std::string& session_id,
                          stun::IceLiteResponder::Credentials credentials);

  // Sessions whose last event has not been delivered yet.
  size_t session_count() const { return sessions_.size(); }
  size_t publisher_count() const { return publishers_.size(); }
  size_t player_count() const { return session_count() - publisher_count(); }
  // Any thread.
  const WorkerCounters& counters() const { return counters_; }
  const WorkerQueue& queue() const { return queue_; }
  const PublishedQueue& published() const { return published_; }

 private:
  friend class WorkerFeed;
  Worker(loop::EventLoop& home, Delegate& delegate, size_t max_players);

  void PushControl(WorkerCommand command);
  void Wake();
  void PostHome(WorkerEvent event);  // from the worker's thread
  void OnEvent(const PlayerPlaying& event);
  void OnEvent(const PlayerEnded& event);
  void OnEvent(const KeyFrameWanted& event);
  void OnEvent(const PlayerBandwidth& event);
  void OnEvent(const PublisherStarted& event);
  void OnEvent(const PublisherSilent& event);
  void OnEvent(const PublisherEnded& event);
  void OnEvent(const MediaPublished& event);
  absl::Status CheckRoom(const TransportSettings& settings) const;
  void Register(const TransportSettings& settings, PublisherNumber number);
  void Unregister(const std::string& session_id);

  loop::EventLoop& home_;
  Delegate& delegate_;
  size_t max_players_;
  uint16_t port_ = 0;
  bool has_ipv6_ = false;
  bool has_tcp_ = false;
  std::string srtp_engine_;
  FeedId next_feed_ = 1;
  PublisherDelegate* publisher_delegate_ = nullptr;
  PublisherNumber next_publisher_ = 1;
  struct Known {
    std::string ufrag;
    std::string next_ufrag;         // of the last ICE restart; may be the present one by now
    PublisherNumber publisher = 0;  // 0 = a player
  };
  absl::flat_hash_map<std::string, Known> sessions_;  // by session id; at most max_players_
  absl::flat_hash_set<std::string> used_ufrags_;
  absl::flat_hash_map<PublisherNumber, std::string> publishers_;  // session ids
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);    // false: events are dropped

  WorkerQueue queue_;
  PublishedQueue published_;
  WorkerCounters counters_;
  net::OwnedFd wake_fd_;
  loop::Timer retry_timer_;  // while control waits for room in the queue
  std::unique_ptr<WorkerThread> worker_thread_;
  std::thread thread_;
};

}  // namespace sluice::webrtc_media
