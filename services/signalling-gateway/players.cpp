#include "services/signalling-gateway/players.h"

#include <utility>

#include "libs/media/track.h"
#include "libs/rpc/client.h"
#include "libs/wcs/info.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::signalling_gateway {
namespace {

constexpr const char* kMediaService = "webrtc-media";

Duration FromProto(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + Duration(duration.nanos() / 1000);
}

}  // namespace

Players::Players(PlayersOptions options, loop::EventLoop& loop, directory::Directory& directory,
                 rpc::ChannelPool& channels)
    : options_(std::move(options)), loop_(loop), directory_(directory), channels_(channels) {
  auto follow = [this](const std::string& node_id, const directory::NodePtr& node) {
    if (!node || node->service() != kMediaService) return;
    auto found = watches_.find(node_id);
    if (found != watches_.end()) {
      if (found->second->incarnation() == node->incarnation()) return;
      watches_.erase(found);
      OnNodeLost(node_id);
    }
    watches_[node_id] =
        std::make_unique<NodeWatch>(*node, options_.node_id, *this, loop_, channels_);
  };
  // A node that leaves the directory keeps its watch: if only the directory has forgotten it, its
  // players go on; if it is dead, the broken stream tells.
  nodes_ = directory_.WatchNodes(follow);
  for (const directory::NodePtr& node : directory_.ListNodes(kMediaService)) {
    follow(node->id(), node);
  }
}

Players::~Players() { *alive_ = false; }

bool Players::StreamExists(const std::string& name) const {
  return directory_.FindStream(media::StreamKey{name, ""}) != nullptr;
}

wcs::PlayedStream Players::Describe(const std::string& name) const {
  wcs::PlayedStream played;
  directory::StreamPtr entry = directory_.FindStream(media::StreamKey{name, ""});
  if (!entry) return played;
  played.has_video = played.has_audio = false;
  for (const v1::Track& track : entry->description().tracks()) {
    if (track.kind() == v1::MEDIA_KIND_AUDIO) played.has_audio = true;
    if (track.kind() != v1::MEDIA_KIND_VIDEO) continue;
    played.has_video = true;
    played.width = track.width();
    played.height = track.height();
  }
  return played;
}

absl::StatusOr<directory::NodePtr> Players::ChooseNode(const std::string& stream_name) const {
  if (draining_) return absl::UnavailableError("The server is about to stop");
  if (!media::IsValidStreamName(stream_name)) return absl::NotFoundError("no such name");
  media::StreamKey key{stream_name, ""};
  if (directory_.synced() && !directory_.FindStream(key)) return absl::NotFoundError("no stream");
  directory::NodePtr node = directory_.ChooseNode(kMediaService, &key);
  if (!node) return absl::UnavailableError("No media node is ready");
  return node;
}

void Players::Start(const PlayerRequest& request, PlayerListener& listener) {
  ++counters_.started;
  absl::StatusOr<directory::NodePtr> node = ChooseNode(request.stream_name);
  if (node.ok() && players_.contains(request.id)) node = absl::AlreadyExistsError("id in use");
  if (!node.ok()) {
    ++counters_.failed;
    listener.OnEnded(request.id, FromError(node.status()));
    return;
  }
  uint64_t attempt = ++last_attempt_;
  players_[request.id] = {.node_id = (*node)->id(), .listener = &listener, .attempt = attempt};
  v1::CreatePlayerRequest create;
  create.set_session_id(request.id);
  create.set_stream_name(request.stream_name);
  create.set_offer_sdp(request.offer_sdp);
  create.set_owner(options_.node_id);
  create.set_protocol("websdk");
  create.set_client_address(request.client_address);
  rpc::CallUnary<v1::WebRtc>(
      channels_, (*node)->grpc_address(), &rpc::Methods<v1::WebRtc>::CreatePlayer, create,
      options_.call_timeout,
      [this, alive = alive_, id = request.id, attempt,
       node_id = (*node)->id()](absl::StatusOr<v1::CreatePlayerResponse> answer) {
        if (*alive) OnAnswer(id, attempt, node_id, answer);
      });
}

void Players::OnAnswer(const std::string& id, uint64_t attempt, const std::string& node_id,
                       const absl::StatusOr<v1::CreatePlayerResponse>& answer) {
  auto found = players_.find(id);
  bool wanted = found != players_.end() && found->second.attempt == attempt;
  if (!wanted) {  // stopped, or ended, in the meantime
    if (answer.ok()) Close(node_id, id);
    return;
  }
  if (!answer.ok()) {
    // An answer that comes too late would leave a player that nobody watches.
    if (absl::IsDeadlineExceeded(answer.status())) Close(node_id, id);
    return End(id, FromError(answer.status()));
  }
  ++counters_.answered;
  found->second.answered = true;
  bool playing = found->second.playing;
  PlayerListener* listener = found->second.listener;
  listener->OnAnswered(id, answer->answer_sdp());
  if (playing && players_.contains(id)) listener->OnPlaying(id);
}

void Players::Stop(const std::string& id) {
  auto found = players_.find(id);
  if (found == players_.end()) return;
  if (found->second.answered) Close(found->second.node_id, id);
  players_.erase(found);
}

void Players::Close(const std::string& node_id, const std::string& id) {
  directory::NodePtr node = directory_.FindNode(node_id);
  if (!node) return;
  v1::CloseSessionRequest close;
  close.set_session_id(id);
  // Nothing depends on the answer: what stays by a lost call ends with its ICE consent.
  rpc::CallUnary<v1::WebRtc>(channels_, node->grpc_address(),
                             &rpc::Methods<v1::WebRtc>::CloseSession, close, options_.call_timeout,
                             [](const absl::StatusOr<v1::CloseSessionResponse>&) {});
}

void Players::End(const std::string& id, const FinalStatus& end) {
  auto found = players_.find(id);
  if (found == players_.end()) return;
  PlayerListener* listener = found->second.listener;
  players_.erase(found);
  if (end.status == wcs::StreamStatus::kFailed) ++counters_.failed;
  listener->OnEnded(id, end);
}

void Players::OnSessionEvent(const std::string& node_id, const v1::SessionEvent& event) {
  auto found = players_.find(event.session_id());
  if (found == players_.end() || found->second.node_id != node_id) {
    if (event.state() == v1::SESSION_STATE_ENDED) return;
    ++counters_.orphans_closed;
    Close(node_id, event.session_id());
    return;
  }
  if (event.state() == v1::SESSION_STATE_ENDED) {
    return End(event.session_id(), FromEnd(event.end_reason(), found->second.playing));
  }
  if (event.state() != v1::SESSION_STATE_PLAYING || found->second.playing) return;
  found->second.playing = true;
  if (event.has_time_to_first_media()) {
    counters_.time_to_first_media.Observe(FromProto(event.time_to_first_media()));
  }
  if (found->second.answered) found->second.listener->OnPlaying(event.session_id());
}

std::vector<std::string> Players::AnsweredOn(const std::string& node_id) const {
  std::vector<std::string> ids;
  for (const auto& [id, player] : players_) {
    if (player.node_id == node_id && player.answered) ids.push_back(id);
  }
  return ids;
}

void Players::OnMissing(const std::string& id) {
  ++counters_.lost_with_node;
  End(id, {wcs::StreamStatus::kFailed, std::string(wcs::info::kStreamFailed)});
}

void Players::OnNodeLost(const std::string& node_id) {
  for (const std::string& id : AnsweredOn(node_id)) OnMissing(id);
}

}  // namespace sluice::signalling_gateway
