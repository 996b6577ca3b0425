#include "services/webrtc-media/players.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/webrtc-media/answer_map.h"
#include "services/webrtc-media/ice_transport.h"

namespace sluice::webrtc_media {
Players::Players(Settings settings, relay::RelayContext relays, log::Logger& log,
                 RandomSource& random, SessionWatchers& watchers)
    : settings_(std::move(settings)),
      relays_(std::move(relays)),
      log_(log),
      random_(random),
      watchers_(watchers),
      second_timer_(relays_.loop, [this] { TellVideoRates(); }) {
  second_timer_.Start(1s, 1s);
}

Players::~Players() { *alive_ = false; }

void Players::SetPool(WorkerPool& pool) {
  pool_ = &pool;
  context_ = std::make_unique<SubscriptionContext>(SubscriptionContext{relays_, pool, log_});
}

absl::Status Players::Check(const Request& request) const {
  if (draining_) return absl::UnavailableError("the node drains");
  if (!IsValidSessionId(request.session_id)) {
    return absl::InvalidArgumentError("session_id must be 1 to 128 printable characters");
  }
  if (!media::IsValidStreamName(request.stream_name)) {
    return absl::InvalidArgumentError("stream_name is not a stream name");
  }
  if (players_.contains(request.session_id)) {
    return absl::AlreadyExistsError(StrCat("session ", request.session_id, " is in use"));
  }
  if (players_.size() >= settings_.max_players) {
    return absl::ResourceExhaustedError("the node has as many players as it may (max_players)");
  }
  return absl::OkStatus();
}

absl::StatusOr<sdp::SessionDescription> Players::ReadOffer(const Request& request) const {
  SLUICE_RETURN_IF_ERROR(Check(request));
  SLUICE_RETURN_IF_ERROR(CheckTransport(pool_->worker(0), request.transport));
  SLUICE_ASSIGN_OR_RETURN(sdp::SessionDescription offer, sdp::Parse(request.offer_sdp));
  SLUICE_RETURN_IF_ERROR(sdp::CheckPlayerOffer(offer));
  return offer;
}

void Players::Create(Request request, OnAnswer on_answer) {
  absl::StatusOr<sdp::SessionDescription> offer = ReadOffer(request);
  if (!offer.ok()) {
    ++counters_.refused;
    return on_answer(offer.status());
  }
  request.offer_sdp = {};  // its memory, too
  const std::string session_id = request.session_id;
  const std::string stream_name = request.stream_name;
  StreamSubscription& subscription = Subscribe(stream_name);
  players_[session_id] = {.request = std::move(request),
                          .created = absl::Now(),
                          .asked = relays_.loop.now(),
                          .offer = *std::move(offer),
                          .on_answer = std::move(on_answer)};
  subscription.WhenReady([this, session_id, stream_name](const absl::Status& status) {
    OnStreamReady(session_id, stream_name, status);
    PostSweep(stream_name);
  });
}

StreamSubscription& Players::Subscribe(const std::string& stream_name) {
  std::unique_ptr<StreamSubscription>& subscription = subscriptions_[stream_name];
  // One that is over still ends its players, who need it no more: the name may be live again.
  if (subscription == nullptr || subscription->over()) {
    subscription = std::make_unique<StreamSubscription>(
        *context_, media::StreamKey{stream_name, ""},
        StreamSubscription::Listener{
            .on_event = [this, stream_name](
                            const fanout::StreamEvent& event) { OnEvent(stream_name, event); },
            .on_played = [this, stream_name] { OnPlayed(stream_name); }});
  }
  return *subscription;
}

void Players::OnStreamReady(const std::string& session_id, const std::string& stream_name,
                            const absl::Status& status) {
  const auto found = players_.find(session_id);
  if (found == players_.end() || found->second.state != State::kCreating) return;
  Player& player = found->second;
  // Closed meanwhile, and the id taken for another stream.
  if (player.request.stream_name != stream_name) return;
  if (!status.ok()) {
    const bool blind = absl::IsNotFound(status) && !relays_.directory.synced();
    return Refuse(session_id, blind ? absl::UnavailableError("the directory is away") : status);
  }
  absl::StatusOr<SessionAnswer> answer = Join(player);
  if (!answer.ok()) return Refuse(session_id, answer.status());
  ++counters_.created;
  player.state = State::kPending;
  log_.Info("player joined", {{"session", session_id},
                              {"stream", player.request.stream_name},
                              {"protocol", player.request.protocol},
                              {"peer", player.request.client_address}});
  v1::SessionEvent event;
  event.set_state(v1::SESSION_STATE_PENDING);
  Tell(player, std::move(event));
  std::exchange(player.on_answer, nullptr)(std::move(answer));
}

absl::StatusOr<SessionAnswer> Players::Join(Player& player) {
  StreamSubscription& subscription = *subscriptions_[player.request.stream_name];
  player.worker = pool_->LeastLoaded();
  const sdp::AnswerSettings ours = MakeAnswerSettings(
      settings_.identity, pool_->worker(player.worker), player.request.transport, random_);
  SLUICE_ASSIGN_OR_RETURN(
      const sdp::PlayerAnswer answer,
      sdp::MakePlayerAnswer(player.offer, subscription.description(), ours, random_));
  SLUICE_ASSIGN_OR_RETURN(PlayerSettings settings,
                          ToPlayerSettings(player.request.session_id, answer, ours));
  settings.created = player.asked;
  settings.limits = player.request.limits;
  player.ice = CredentialsOf(settings.transport);
  player.ice.transport = player.request.transport;
  player.counters = settings.counters;
  player.offer = {};
  SLUICE_RETURN_IF_ERROR(subscription.Join(player.worker, std::move(settings)));
  return SessionAnswer{sdp::Serialize(answer.description), EtagOf(player.ice)};
}

void Players::Refuse(const std::string& session_id, const absl::Status& status) {
  const auto found = players_.find(session_id);
  const OnAnswer on_answer = std::move(found->second.on_answer);
  ++counters_.refused;
  log_.WarningLimited("player refused", {{"session", session_id},
                                         {"stream", found->second.request.stream_name},
                                         {"peer", found->second.request.client_address},
                                         {"cause", status}});
  Forget(session_id);
  on_answer(status);
}

absl::Status Players::Close(const std::string& session_id) {
  const auto found = players_.find(session_id);
  if (found == players_.end()) {
    return absl::NotFoundError(StrCat("no session ", session_id));
  }
  if (found->second.state == State::kCreating) {
    Refuse(session_id, absl::CancelledError("closed before it was answered"));
  } else {
    pool_->worker(found->second.worker).RemovePlayer(session_id, EndReason::kClosed);
  }
  return absl::OkStatus();
}

absl::Status Players::SelectLayers(const std::string& session_id, const LayerLimits& limits) {
  const auto found = players_.find(session_id);
  if (found == players_.end()) return absl::NotFoundError(StrCat("no session ", session_id));
  found->second.request.limits = limits;
  if (found->second.state != State::kCreating) {
    pool_->worker(found->second.worker).SetLayerLimits(session_id, limits);
  }
  return absl::OkStatus();
}

absl::StatusOr<PatchedIce> Players::Patch(const std::string& session_id, const IcePatch& patch) {
  const auto found = players_.find(session_id);
  if (found == players_.end() || found->second.state == State::kCreating) {
    return absl::NotFoundError(StrCat("no session ", session_id));
  }
  Player& player = found->second;
  return PatchIce(session_id, patch, settings_.identity, pool_->worker(player.worker), random_,
                  player.ice);
}

void Players::OnPlayerPlaying(const std::string& session_id, Duration time_to_first_media) {
  const auto found = players_.find(session_id);
  if (found == players_.end()) return;
  found->second.state = State::kPlaying;
  log_.Info("player plays",
            {{"session", session_id}, {"after_ms", ToMilliseconds(time_to_first_media)}});
  found->second.played = PlayedBy(found->second);
  v1::SessionEvent event = PresentOf(found->second);
  *event.mutable_played() = found->second.played;
  const int64_t microseconds = time_to_first_media.count();
  event.mutable_time_to_first_media()->set_seconds(microseconds / 1'000'000);
  event.mutable_time_to_first_media()->set_nanos(
      static_cast<int32_t>(microseconds % 1'000'000 * 1000));
  Tell(found->second, std::move(event));
}

void Players::OnPlayerEnded(const std::string& session_id, EndReason reason,
                            const std::string& detail) {
  const auto found = players_.find(session_id);
  if (found == players_.end()) return;
  ++counters_.ended[static_cast<size_t>(reason)];
  log_.Info("player ended", {{"session", session_id},
                             {"stream", found->second.request.stream_name},
                             {"cause", EndReasonName(reason)},
                             {"detail", detail}});
  v1::SessionEvent event;
  event.set_state(v1::SESSION_STATE_ENDED);
  event.set_end_reason(ToProto(reason));
  event.set_detail(detail);
  Tell(found->second, std::move(event));
  Forget(session_id);
}

void Players::OnKeyFrameWanted(size_t worker, FeedId feed, uint32_t track_id) {
  ++counters_.key_frame_requests;
  for (auto& [name, subscription] : subscriptions_) {
    if (subscription->RequestKeyFrame(worker, feed, track_id)) return;
  }
}

void Players::OnLayersWanted(size_t worker, FeedId feed, const fanout::WantedLayers& wanted) {
  for (auto& [name, subscription] : subscriptions_) {
    if (subscription->SetWanted(worker, feed, wanted)) return;
  }
}

void Players::OnPlayerBandwidth(const std::string& session_id, uint64_t stream_bps,
                                uint64_t network_bps) {
  const auto found = players_.find(session_id);
  if (found == players_.end()) return;
  log_.Info("player gets sound and key frames only: too little bandwidth",
            {{"session", session_id},
             {"stream", found->second.request.stream_name},
             {"stream_bps", StrCat(stream_bps)},
             {"network_bps", StrCat(network_bps)}});
  v1::SessionEvent event = PresentOf(found->second);
  event.mutable_not_enough_bandwidth()->set_stream_bitrate_bps(stream_bps);
  event.mutable_not_enough_bandwidth()->set_network_bandwidth_bps(network_bps);
  Tell(found->second, std::move(event));
}

void Players::OnEvent(const std::string& stream_name, const fanout::StreamEvent& told) {
  for (const auto& [session_id, player] : players_) {
    if (player.request.stream_name != stream_name || player.state == State::kCreating) continue;
    v1::SessionEvent event = PresentOf(player);
    event.mutable_stream_event()->set_type(told.type);
    event.mutable_stream_event()->set_payload(told.payload);
    Tell(player, std::move(event));
  }
}

void Players::OnPlayed(const std::string& stream_name) {
  for (auto& [session_id, player] : players_) {
    if (player.request.stream_name != stream_name || player.state != State::kPlaying) continue;
    const v1::PlayedStream played = PlayedBy(player);
    if (played.SerializeAsString() == player.played.SerializeAsString()) continue;
    player.played = played;
    v1::SessionEvent event = PresentOf(player);
    *event.mutable_played() = played;
    Tell(player, std::move(event));
  }
}

v1::PlayedStream Players::PlayedBy(const Player& player) const {
  const auto subscription = subscriptions_.find(player.request.stream_name);
  if (subscription == subscriptions_.end()) return {};
  return subscription->second->Played(player.request.session_id);
}

void Players::TellVideoRates() {
  for (auto& [session_id, player] : players_) {
    if (!player.request.report_video_rate || player.state != State::kPlaying) continue;
    const uint64_t bytes = player.counters->video_bytes.value();
    v1::SessionEvent event = PresentOf(player);
    event.mutable_video_rate()->set_bits_per_second(
        8 * (bytes - std::exchange(player.video_bytes, bytes)));
    Tell(player, std::move(event));
  }
}

void Players::Forget(const std::string& session_id) {
  const auto found = players_.find(session_id);
  const std::string stream_name = found->second.request.stream_name;
  players_.erase(found);
  const auto subscription = subscriptions_.find(stream_name);
  if (subscription != subscriptions_.end()) subscription->second->Leave(session_id);
  PostSweep(stream_name);
  if (draining_ && players_.empty() && drained_ != nullptr) std::exchange(drained_, nullptr)();
}

void Players::PostSweep(const std::string& stream_name) {
  relays_.loop.Post([this, alive = alive_, stream_name] {
    if (!*alive) return;
    const auto found = subscriptions_.find(stream_name);
    if (found != subscriptions_.end() && found->second->idle()) subscriptions_.erase(found);
  });
}

void Players::Tell(const Player& player, v1::SessionEvent event) {
  event.set_session_id(player.request.session_id);
  watchers_.Tell(player.request.owner, event);
}

void Players::AppendPresent(const std::string& owner,
                            std::vector<v1::SessionEvent>& present) const {
  for (const auto& [session_id, player] : players_) {
    if (player.request.owner != owner || player.state == State::kCreating) continue;
    present.push_back(PresentOf(player));
    if (player.state == State::kPlaying) *present.back().mutable_played() = player.played;
  }
}

v1::SessionEvent Players::PresentOf(const Player& player) const {
  v1::SessionEvent event;
  event.set_session_id(player.request.session_id);
  event.set_state(player.state == State::kPlaying ? v1::SESSION_STATE_PLAYING
                                                  : v1::SESSION_STATE_PENDING);
  return event;
}

std::vector<v1::PlayerStatus> Players::List(const std::string& stream_name) const {
  std::vector<v1::PlayerStatus> list;
  for (const auto& [session_id, player] : players_) {
    if (player.state == State::kCreating) continue;
    if (!stream_name.empty() && player.request.stream_name != stream_name) continue;
    v1::PlayerStatus& status = list.emplace_back();
    status.set_id(session_id);
    status.set_media_session_id(session_id);
    status.mutable_key()->set_name(player.request.stream_name);
    status.set_protocol(player.request.protocol);
    status.set_address(player.request.client_address);
    status.mutable_created()->set_seconds(absl::ToUnixSeconds(player.created));
    status.set_packets(player.counters->packets.value());
    status.set_bytes(player.counters->bytes.value());
    status.set_dropped_packets(player.counters->dropped_packets.value());
    status.set_state(player.state == State::kPlaying ? "playing" : "pending");
    const auto subscription = subscriptions_.find(player.request.stream_name);
    if (subscription != subscriptions_.end()) {
      status.set_remark(subscription->second->Remark(session_id));
    }
  }
  return list;
}

void Players::Drain(std::function<void()> drained) {
  draining_ = true;
  if (players_.empty()) return drained();
  drained_ = std::move(drained);
}

size_t Players::playing_count() const {
  return static_cast<size_t>(std::count_if(players_.begin(), players_.end(), [](const auto& entry) {
    return entry.second.state == State::kPlaying;
  }));
}

}  // namespace sluice::webrtc_media
