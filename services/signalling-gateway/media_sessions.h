// The publishers and players of this gateway's clients, on whatever media nodes they live.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/directory/directory.h"
#include "libs/loop/event_loop.h"
#include "libs/metrics/values.h"
#include "libs/rpc/channel_pool.h"
#include "libs/wcs/client_message.h"
#include "libs/wcs/stream_news.h"
#include "services/signalling-gateway/node_watch.h"
#include "services/signalling-gateway/publisher_events.h"
#include "services/signalling-gateway/status_map.h"

namespace sluice::signalling_gateway {

// What hears of its sessions. Ids are the clients' mediaSessionIds.
class MediaSessionListener {
 public:
  virtual ~MediaSessionListener() = default;
  virtual void OnAnswered(const std::string& id, const std::string& answer_sdp) = 0;
  // Media flows: the first packet has come from the publisher, or gone to the player. What a player
  // gets (wcs::PlayedStream) comes before it.
  virtual void OnStarted(const std::string& id) = 0;
  virtual void OnNews(const std::string& id, const wcs::StreamNews& news) = 0;
  // An event of this publisher did not reach its players.
  virtual void OnEventRefused(const std::string& id, const absl::Status& why) = 0;
  // Last news of a session.
  virtual void OnEnded(const std::string& id, const FinalStatus& end) = 0;
};

struct MediaRequest {
  wcs::StreamRequest stream;
  std::string client_address;  // host:port
  std::string agent;           // what the client calls itself
};

struct MediaSessionsOptions {
  std::string node_id;    // of this gateway: the sessions' owner
  Duration call_timeout;  // for the media node's answers
  // Whether clients are told what arrived, or was sent, each second (connection quality).
  bool report_inbound_rate = true;   // publishers
  bool report_outbound_rate = true;  // players
};

struct KindCounters {
  uint64_t started = 0;
  uint64_t answered = 0;
  uint64_t failed = 0;  // ended in FAILED
};

struct MediaSessionsCounters {
  KindCounters publishers;
  KindCounters players;
  uint64_t lost_with_node = 0;  // of those that failed: the media node has gone
  uint64_t orphans_closed = 0;  // left over from an earlier run of this gateway
  uint64_t events_refused = 0;  // of publishers to their players
  metrics::Histogram time_to_first_media{metrics::FirstPictureBounds()};  // of players
};

// Lives on the loop. A session is pending until the node has answered, then answered, until its
// end.
class MediaSessions : public NodeWatchOwner {
 public:
  MediaSessions(MediaSessionsOptions options, loop::EventLoop& loop,
                directory::Directory& directory, rpc::ChannelPool& channels);
  ~MediaSessions() override;

  // Makes a publisher or a player. `listener` hears of it until OnEnded (which may come inside this
  // call) or Stop(), and must live as long.
  void Start(const MediaRequest& request, MediaSessionListener& listener);
  // Ends a session of this listener; nothing more is heard of it. Unknown ids are ignored.
  // client_lost: a publisher's stream waits for it to come back. Also for a publisher that has just
  // closed its media: its stream waits as well, until this says that the end was meant.
  void Stop(const std::string& id, bool client_lost, const MediaSessionListener& listener);
  // Tells the players of a publisher; events arrive in the order of the calls. Before the node has
  // answered they wait. Unknown ids are ignored.
  void SendEvent(const std::string& id, const wcs::StreamEvent& event);
  bool StreamExists(const std::string& name) const;
  // From now on every Start ends at once.
  void Drain() { draining_ = true; }

  size_t publishers() const;
  size_t players() const { return sessions_.size() - publishers(); }
  const MediaSessionsCounters& counters() const { return counters_; }

 private:
  struct Session {
    bool publisher = false;
    std::string node_id;
    MediaSessionListener* listener = nullptr;
    uint64_t attempt = 0;  // tells a session from an earlier one with the same id
    bool answered = false;
    bool started = false;
    std::optional<wcs::PlayedStream> played;  // of a player: the newest
    std::unique_ptr<PublisherEvents> events;  // of a publisher
  };

  absl::StatusOr<directory::NodePtr> ChooseNode(const wcs::StreamRequest& request) const;
  void Create(const MediaRequest& request, const v1::Node& node, uint64_t attempt);
  void OnAnswer(const std::string& id, uint64_t attempt, const std::string& node_id,
                const absl::StatusOr<std::string>& answer_sdp);
  void OnLive(const std::string& id, Session& session, const v1::SessionEvent& event);
  void TellStarted(const std::string& id, Session& session);
  void Close(const std::string& node_id, const std::string& id, bool client_lost);
  void RememberClosed(const std::string& id, const Session& session);
  void End(const std::string& id, const FinalStatus& end);
  KindCounters& Counters(bool publisher) {
    return publisher ? counters_.publishers : counters_.players;
  }

  // NodeWatchOwner:
  void OnSessionEvent(const std::string& node_id, const v1::SessionEvent& event) override;
  void OnNodeLost(const std::string& node_id) override;
  std::vector<std::string> AnsweredOn(const std::string& node_id) const override;
  void OnMissing(const std::string& id) override;

  MediaSessionsOptions options_;
  loop::EventLoop& loop_;
  directory::Directory& directory_;
  rpc::ChannelPool& channels_;
  // Bound: clients x streams per client.
  std::map<std::string, Session> sessions_;
  // Publishers whose media was closed by their client, not heard of since.
  struct Closed {
    std::string id;
    std::string node_id;
    const MediaSessionListener* listener = nullptr;  // may be gone; only compared
  };
  static constexpr size_t kMaxClosed = 1000;  // the oldest is forgotten: its stream waits in vain
  std::deque<Closed> closed_;
  uint64_t last_attempt_ = 0;
  bool draining_ = false;
  MediaSessionsCounters counters_;
  std::map<std::string, std::unique_ptr<NodeWatch>> watches_;  // one per media node
  std::unique_ptr<directory::Watch> nodes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::signalling_gateway
