// The players of this gateway's clients, on whatever media nodes they live.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/directory/directory.h"
#include "libs/loop/event_loop.h"
#include "libs/metrics/values.h"
#include "libs/rpc/channel_pool.h"
#include "libs/wcs/client_session.h"
#include "services/signalling-gateway/node_watch.h"
#include "services/signalling-gateway/status_map.h"

namespace sluice::signalling_gateway {

// What hears of its players. Ids are the clients' mediaSessionIds.
class PlayerListener {
 public:
  virtual ~PlayerListener() = default;
  virtual void OnAnswered(const std::string& id, const std::string& answer_sdp) = 0;
  virtual void OnPlaying(const std::string& id) = 0;
  // Last news of a player.
  virtual void OnEnded(const std::string& id, const FinalStatus& end) = 0;
};

struct PlayerRequest {
  std::string id;
  std::string stream_name;
  std::string offer_sdp;
  std::string client_address;
};

struct PlayersOptions {
  std::string node_id;    // of this gateway: the players' owner
  Duration call_timeout;  // for the media node's answer
};

struct PlayersCounters {
  uint64_t started = 0;
  uint64_t answered = 0;
  uint64_t failed = 0;          // ended in FAILED
  uint64_t lost_with_node = 0;  // of these: the media node has gone
  uint64_t orphans_closed = 0;  // left over from an earlier run of this gateway
  metrics::Histogram time_to_first_media{metrics::FirstPictureBounds()};
};

// Lives on the loop. A player is pending until the node has answered, then answered, until its end.
class Players : public NodeWatchOwner {
 public:
  Players(PlayersOptions options, loop::EventLoop& loop, directory::Directory& directory,
          rpc::ChannelPool& channels);
  ~Players() override;

  // Makes a player. `listener` hears of it until OnEnded (which may come inside this call) or
  // Stop(), and must live as long.
  void Start(const PlayerRequest& request, PlayerListener& listener);
  // Ends a player; nothing more is heard of it. Unknown ids are ignored.
  void Stop(const std::string& id);
  bool StreamExists(const std::string& name) const;
  // What the directory knows of the stream.
  wcs::PlayedStream Describe(const std::string& name) const;
  // From now on every Start ends at once.
  void Drain() { draining_ = true; }

  size_t size() const { return players_.size(); }
  const PlayersCounters& counters() const { return counters_; }

 private:
  struct Player {
    std::string node_id;
    PlayerListener* listener = nullptr;
    uint64_t attempt = 0;  // tells a player from an earlier one with the same id
    bool answered = false;
    bool playing = false;  // heard before the answer: told after it
  };

  absl::StatusOr<directory::NodePtr> ChooseNode(const std::string& stream_name) const;
  void OnAnswer(const std::string& id, uint64_t attempt, const std::string& node_id,
                const absl::StatusOr<v1::CreatePlayerResponse>& answer);
  void Close(const std::string& node_id, const std::string& id);
  void End(const std::string& id, const FinalStatus& end);

  // NodeWatchOwner:
  void OnSessionEvent(const std::string& node_id, const v1::SessionEvent& event) override;
  void OnNodeLost(const std::string& node_id) override;
  std::vector<std::string> AnsweredOn(const std::string& node_id) const override;
  void OnMissing(const std::string& id) override;

  PlayersOptions options_;
  loop::EventLoop& loop_;
  directory::Directory& directory_;
  rpc::ChannelPool& channels_;
  // Bound: clients x streams per client.
  std::map<std::string, Player> players_;
  uint64_t last_attempt_ = 0;
  bool draining_ = false;
  PlayersCounters counters_;
  std::map<std::string, std::unique_ptr<NodeWatch>> watches_;  // one per media node
  std::unique_ptr<directory::Watch> nodes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::signalling_gateway
