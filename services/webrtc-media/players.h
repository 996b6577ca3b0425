// All players of the node: made from offers, ended, shown.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/metrics/values.h"
#include "libs/sdp/player_answer.h"
#include "services/webrtc-media/answer_settings.h"
#include "services/webrtc-media/ice_patch.h"
#include "services/webrtc-media/session_watchers.h"
#include "services/webrtc-media/status_map.h"
#include "services/webrtc-media/stream_subscription.h"
#include "sluice/v1/status.pb.h"

namespace sluice::webrtc_media {

// Home loop only.
class Players final : public WorkerPool::Delegate {
 public:
  struct Settings {
    NodeIdentity identity;
    size_t max_players = 4000;
  };
  struct Request {
    std::string session_id;  // 1..128 printable characters
    std::string stream_name;
    std::string offer_sdp;
    std::string owner;
    std::string protocol;
    std::string client_address;
    bool report_video_rate = false;
    v1::IceTransport transport = v1::ICE_TRANSPORT_ANY;
    LayerLimits limits;
  };
  using OnAnswer = std::function<void(absl::StatusOr<SessionAnswer>)>;

  // watchers: are told of the sessions; outlives this, as all of it does.
  Players(Settings settings, relay::RelayContext relays, log::Logger& log, RandomSource& random,
          SessionWatchers& watchers);
  ~Players() override;

  // Before anything else: the pool's delegate is this object. It outlives the players' last call
  // but Stop().
  void SetPool(WorkerPool& pool);

  // Makes a player; on_answer is called once, in here or later. Errors as WebRtc.CreatePlayer.
  void Create(Request request, OnAnswer on_answer);
  // NotFound if there is no such player.
  absl::Status Close(const std::string& session_id);
  // What the player wants of a stream with layers from now on. NotFound.
  absl::Status SelectLayers(const std::string& session_id, const LayerLimits& limits);
  // Trickle ICE and ICE restart. NotFound, else as PatchIce().
  absl::StatusOr<PatchedIce> Patch(const std::string& session_id, const IcePatch& patch);
  bool Has(const std::string& session_id) const { return players_.contains(session_id); }
  // Appends the present state of `owner`'s players.
  void AppendPresent(const std::string& owner, std::vector<v1::SessionEvent>& present) const;
  // stream_name: empty = all.
  std::vector<v1::PlayerStatus> List(const std::string& stream_name) const;

  // Takes no new players; calls back once when the last one has ended.
  void Drain(std::function<void()> drained);

  // What the daemon shows of itself.
  struct Counters {
    uint64_t created = 0;
    uint64_t refused = 0;
    uint64_t ended[kEndReasons] = {};
    uint64_t key_frame_requests = 0;
  };
  const Counters& counters() const { return counters_; }
  size_t player_count() const { return players_.size(); }
  size_t playing_count() const;
  size_t subscription_count() const { return subscriptions_.size(); }
  // Not before SetPool().
  const SubscriptionContext::Counters& rendition_counters() const { return context_->counters; }

  // From the workers, as those below: what the players that take from `feed` want of its layers.
  void OnLayersWanted(size_t worker, FeedId feed, const fanout::WantedLayers& wanted);

  // WorkerPool::Delegate:
  void OnPlayerPlaying(const std::string& session_id, Duration time_to_first_media) override;
  void OnPlayerEnded(const std::string& session_id, EndReason reason,
                     const std::string& detail) override;
  void OnKeyFrameWanted(size_t worker, FeedId feed, uint32_t track_id) override;
  void OnPlayerBandwidth(const std::string& session_id, uint64_t stream_bps,
                         uint64_t network_bps) override;

 private:
  enum class State { kCreating, kPending, kPlaying };
  struct Player {
    Request request;  // offer_sdp is cleared
    State state = State::kCreating;
    absl::Time created;
    Instant asked{};
    size_t worker = 0;
    IceCredentials ice;
    std::shared_ptr<PlayerCounters> counters;
    uint64_t video_bytes = 0;       // of counters, when the rate was told last
    v1::PlayedStream played;        // as told
    sdp::SessionDescription offer;  // until it is answered
    OnAnswer on_answer;             // until it is called
  };

  absl::Status Check(const Request& request) const;
  absl::StatusOr<sdp::SessionDescription> ReadOffer(const Request& request) const;
  StreamSubscription& Subscribe(const std::string& stream_name);
  void OnStreamReady(const std::string& session_id, const std::string& stream_name,
                     const absl::Status& status);
  absl::StatusOr<SessionAnswer> Join(Player& player);
  void Refuse(const std::string& session_id, const absl::Status& status);
  v1::SessionEvent PresentOf(const Player& player) const;
  void Tell(const Player& player, v1::SessionEvent event);
  void Forget(const std::string& session_id);
  void OnEvent(const std::string& stream_name, const fanout::StreamEvent& event);
  void OnPlayed(const std::string& stream_name);
  v1::PlayedStream PlayedBy(const Player& player) const;
  void TellVideoRates();
  // Lets a subscription that nobody needs go, after the present callbacks.
  void PostSweep(const std::string& stream_name);

  Settings settings_;
  relay::RelayContext relays_;
  log::Logger& log_;
  RandomSource& random_;
  WorkerPool* pool_ = nullptr;
  std::unique_ptr<SubscriptionContext> context_;
  SessionWatchers& watchers_;
  std::map<std::string, std::unique_ptr<StreamSubscription>> subscriptions_;  // by stream name
  std::map<std::string, Player> players_;  // by session id; at most max_players
  Counters counters_;
  bool draining_ = false;
  std::function<void()> drained_;
  loop::Timer second_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::webrtc_media
