#include "services/signalling-gateway/media_sessions.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/directory/player_node.h"
#include "libs/media/track.h"
#include "libs/rpc/client.h"
#include "libs/wcs/info.h"
#include "services/signalling-gateway/create_request.h"
#include "services/signalling-gateway/session_news.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::signalling_gateway {
namespace {

constexpr const char* kMediaService = "webrtc-media";

Duration FromProto(const google::protobuf::Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + Duration(duration.nanos() / 1000);
}

bool IsStarted(v1::SessionState state) {
  return state == v1::SESSION_STATE_PLAYING || state == v1::SESSION_STATE_PUBLISHING;
}

}  // namespace

MediaSessions::MediaSessions(MediaSessionsOptions options, loop::EventLoop& loop,
                             directory::Directory& directory, rpc::ChannelPool& channels)
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
  // sessions go on; if it is dead, the broken stream tells.
  nodes_ = directory_.WatchNodes(follow);
  for (const directory::NodePtr& node : directory_.ListNodes(kMediaService)) {
    follow(node->id(), node);
  }
}

MediaSessions::~MediaSessions() { *alive_ = false; }

size_t MediaSessions::publishers() const {
  return static_cast<size_t>(std::count_if(sessions_.begin(), sessions_.end(),
                                           [](const auto& each) { return each.second.publisher; }));
}

bool MediaSessions::StreamExists(const std::string& name) const {
  return directory_.FindStream(media::StreamKey{name, ""}) != nullptr;
}

// A name that exists goes to the node that has it: a publisher that comes back finds its stream
// there, and players its media, unless that node is much busier than others.
absl::StatusOr<directory::NodePtr> MediaSessions::ChooseNode(
    const wcs::StreamRequest& request) const {
  if (draining_) return absl::UnavailableError("The server is about to stop");
  if (sessions_.contains(request.media_session_id)) return absl::AlreadyExistsError("id in use");
  bool valid = media::IsValidStreamName(request.name);
  if (!valid && request.published) {
    return absl::InvalidArgumentError("A stream's name is 1 to 255 bytes of text");
  }
  if (!valid) return absl::NotFoundError("no such name");
  media::StreamKey key{request.name, ""};
  if (!request.published && directory_.synced() && !directory_.FindStream(key)) {
    return absl::NotFoundError("no stream");
  }
  directory::NodePtr node = request.published
                                ? directory_.ChooseNode(kMediaService, &key)
                                : directory::ChoosePlayerNode(directory_, kMediaService, key);
  if (!node) return absl::UnavailableError("No media node is ready");
  return node;
}

void MediaSessions::Start(const MediaRequest& request, MediaSessionListener& listener) {
  const wcs::StreamRequest& stream = request.stream;
  const std::string& id = stream.media_session_id;
  ++Counters(stream.published).started;
  absl::StatusOr<directory::NodePtr> node = ChooseNode(stream);
  if (!node.ok()) {
    ++Counters(stream.published).failed;
    listener.OnEnded(id, FromError(node.status()));
    return;
  }
  Session session{.publisher = stream.published,
                  .node_id = (*node)->id(),
                  .listener = &listener,
                  .attempt = ++last_attempt_};
  if (stream.published) {
    session.events = std::make_unique<PublisherEvents>(
        channels_, id, options_.call_timeout, [this, id, &listener](const absl::Status& why) {
          ++counters_.events_refused;
          listener.OnEventRefused(id, why);
        });
  }
  sessions_[id] = std::move(session);
  Create(request, **node, last_attempt_);
}

void MediaSessions::Create(const MediaRequest& request, const v1::Node& node, uint64_t attempt) {
  auto on_answer = [this, alive = alive_, id = request.stream.media_session_id, attempt,
                    node_id = node.id()](const auto& answer) {
    if (!*alive) return;
    if (!answer.ok()) return OnAnswer(id, attempt, node_id, answer.status());
    OnAnswer(id, attempt, node_id, answer->answer_sdp());
  };
  using Call = rpc::Methods<v1::WebRtc>;
  if (request.stream.published) {
    rpc::CallUnary<v1::WebRtc>(channels_, node.grpc_address(), &Call::CreatePublisher,
                               ToCreatePublisher(request, options_), options_.call_timeout,
                               on_answer);
  } else {
    rpc::CallUnary<v1::WebRtc>(channels_, node.grpc_address(), &Call::CreatePlayer,
                               ToCreatePlayer(request, options_), options_.call_timeout, on_answer);
  }
}

void MediaSessions::OnAnswer(const std::string& id, uint64_t attempt, const std::string& node_id,
                             const absl::StatusOr<std::string>& answer_sdp) {
  auto found = sessions_.find(id);
  bool wanted = found != sessions_.end() && found->second.attempt == attempt;
  if (!wanted) {  // stopped, or ended, in the meantime
    if (answer_sdp.ok()) Close(node_id, id, false);
    return;
  }
  if (!answer_sdp.ok()) {
    // An answer that comes too late would leave a session that nobody watches.
    if (absl::IsDeadlineExceeded(answer_sdp.status())) Close(node_id, id, false);
    return End(id, FromError(answer_sdp.status()));
  }
  Session& session = found->second;
  ++Counters(session.publisher).answered;
  session.answered = true;
  directory::NodePtr node = directory_.FindNode(node_id);
  if (session.events && node) session.events->Open(node->grpc_address());
  session.listener->OnAnswered(id, *answer_sdp);
  found = sessions_.find(id);  // the listener may have stopped it
  if (found != sessions_.end() && found->second.started) TellStarted(id, found->second);
}

void MediaSessions::TellStarted(const std::string& id, Session& session) {
  MediaSessionListener& listener = *session.listener;
  if (session.played) listener.OnNews(id, *session.played);
  listener.OnStarted(id);
}

void MediaSessions::Stop(const std::string& id, bool client_lost,
                         const MediaSessionListener& listener) {
  auto found = sessions_.find(id);
  if (found != sessions_.end()) {
    if (found->second.listener != &listener) return;
    if (found->second.answered) Close(found->second.node_id, id, client_lost);
    sessions_.erase(found);
    return;
  }
  auto closed = std::find_if(closed_.begin(), closed_.end(), [&](const Closed& each) {
    return each.id == id && each.listener == &listener;
  });
  if (closed == closed_.end()) return;
  Close(closed->node_id, id, client_lost);
  closed_.erase(closed);
}

void MediaSessions::RememberClosed(const std::string& id, const Session& session) {
  if (closed_.size() >= kMaxClosed) closed_.pop_front();
  closed_.push_back({id, session.node_id, session.listener});
}

void MediaSessions::SendEvent(const std::string& id, const wcs::StreamEvent& event) {
  auto found = sessions_.find(id);
  if (found != sessions_.end() && found->second.events) found->second.events->Push(event);
}

void MediaSessions::Close(const std::string& node_id, const std::string& id, bool client_lost) {
  directory::NodePtr node = directory_.FindNode(node_id);
  if (!node) return;
  v1::CloseSessionRequest close;
  close.set_session_id(id);
  close.set_client_lost(client_lost);
  // Nothing depends on the answer: what stays by a lost call ends with its ICE consent.
  rpc::CallUnary<v1::WebRtc>(channels_, node->grpc_address(),
                             &rpc::Methods<v1::WebRtc>::CloseSession, close, options_.call_timeout,
                             [](const absl::StatusOr<v1::CloseSessionResponse>&) {});
}

void MediaSessions::End(const std::string& id, const FinalStatus& end) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  MediaSessionListener* listener = found->second.listener;
  if (end.status == wcs::StreamStatus::kFailed) ++Counters(found->second.publisher).failed;
  sessions_.erase(found);
  listener->OnEnded(id, end);
}

void MediaSessions::OnSessionEvent(const std::string& node_id, const v1::SessionEvent& event) {
  const std::string& id = event.session_id();
  auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.node_id != node_id) {
    if (event.state() == v1::SESSION_STATE_ENDED) return;
    ++counters_.orphans_closed;
    return Close(node_id, id, true);
  }
  Session& session = found->second;
  if (event.state() == v1::SESSION_STATE_ENDED) {
    bool closed = session.publisher && event.end_reason() == v1::END_REASON_CLOSED;
    if (closed) RememberClosed(id, session);
    return End(id, session.publisher ? FromPublisherEnd(event.end_reason(), session.started)
                                     : FromPlayerEnd(event.end_reason(), session.started));
  }
  OnLive(id, session, event);
}

// What comes before the answer is told after it: the state, and what is played.
void MediaSessions::OnLive(const std::string& id, Session& session, const v1::SessionEvent& event) {
  std::optional<wcs::StreamNews> news = NewsOf(event);
  if (news) {
    if (const auto* played = std::get_if<wcs::PlayedStream>(&*news)) session.played = *played;
  }
  bool starts = IsStarted(event.state()) && !session.started;
  if (starts) {
    session.started = true;
    if (event.has_time_to_first_media()) {
      counters_.time_to_first_media.Observe(FromProto(event.time_to_first_media()));
    }
    if (session.answered) TellStarted(id, session);
  } else if (news && session.answered) {
    session.listener->OnNews(id, *news);
  }
}

std::vector<std::string> MediaSessions::AnsweredOn(const std::string& node_id) const {
  std::vector<std::string> ids;
  for (const auto& [id, session] : sessions_) {
    if (session.node_id == node_id && session.answered) ids.push_back(id);
  }
  return ids;
}

void MediaSessions::OnMissing(const std::string& id) {
  ++counters_.lost_with_node;
  End(id, {wcs::StreamStatus::kFailed, std::string(wcs::info::kStreamFailed)});
}

void MediaSessions::OnNodeLost(const std::string& node_id) {
  for (const std::string& id : AnsweredOn(node_id)) OnMissing(id);
}

}  // namespace sluice::signalling_gateway
