#include "libs/wcs/client_session.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/text.h"
#include "libs/wcs/info.h"
#include "libs/wcs/server_message.h"

namespace sluice::wcs {
namespace {

constexpr int kTokenBytes = 16;  // 128 bits nobody can guess

}  // namespace

ClientSession::ClientSession(ClientSessionOptions options, RandomSource& random, Instant now)
    : options_(std::move(options)),
      random_(random),
      next_ping_(now + options_.ping_period),
      connect_deadline_(now + options_.connect_timeout) {}

std::vector<Action> ClientSession::TakeActions() { return std::exchange(actions_, {}); }

std::vector<StreamObject> ClientSession::Streams() const {
  std::vector<StreamObject> streams;
  for (const auto& [id, stream] : plays_) streams.push_back(stream);
  return streams;
}

void ClientSession::Close(CloseCause cause, std::string_view reason) {
  closed_ = true;
  actions_.push_back(CloseSocket{cause, std::string(reason)});
}

void ClientSession::Refused(std::string_view method, std::string_view why) {
  actions_.push_back(NoteRefusal{std::string(method), std::string(why)});
}

void ClientSession::Fail(std::string_view method, std::string_view id, std::string_view why) {
  Send(FailMessage(method, id, why));
  Refused(method, why);
}

// --- From the client ---

void ClientSession::OnText(std::string_view text) {
  if (closed_) return;
  absl::StatusOr<ClientMessage> message = ParseClientMessage(text);
  if (!message.ok()) {
    std::string reason(message.status().message());
    Send(FailMessage("message", "", reason));
    Close(CloseCause::kMalformed, reason);
    return;
  }
  std::visit([this](const auto& request) { On(request); }, *message);
}

void ClientSession::On(const ConnectionRequest& request) {
  if (connected()) {
    Fail("connection", "", info::kConnectedAlready);
    return;
  }
  app_key_ = request.app_key;
  auth_token_ = random_.NextHex(kTokenBytes);
  Send(GetUserDataMessage(request.echo, {.auth_token = auth_token_,
                                         .app_key = app_key_,
                                         .session_id = options_.session_id,
                                         .node_id = options_.node_id}));
  if (request.sip_register_required) {
    Fail("RegistrationStatusEvent", "", info::kNoRegistration);
  }
}

void ClientSession::On(const PlayStreamRequest& request) {
  const std::string& id = request.media_session_id;
  if (id.empty()) {
    Fail("playStream", "", info::kMediaSessionIdNull);
  } else if (plays_.contains(id)) {
    // Not a stream status: that would end the stream which has this id.
    Fail("playStream", id, info::kMediaSessionIdAlreadyInUse);
  } else if (!connected()) {
    FailStream(id, request.name, info::kSessionNotReady, false);
  } else if (!request.media_provider.empty() && request.media_provider != "WebRTC") {
    FailStream(id, request.name, info::kNotWebRtc, false);
  } else if (plays_.size() >= options_.max_streams) {
    FailStream(id, request.name, info::kTooManyStreams, false);
  } else {
    StreamObject stream{.app_key = app_key_,
                        .session_id = options_.session_id,
                        .media_session_id = id,
                        .name = request.name,
                        .status = StreamStatus::kPending,
                        .width = request.width,
                        .height = request.height,
                        .bitrate = request.bitrate,
                        .create_date_ms = options_.unix_ms ? options_.unix_ms() : 0,
                        .node_id = options_.node_id};
    // The SDK has told its page PENDING by itself; a message of ours would tell it twice.
    plays_.emplace(id, std::move(stream));
    actions_.push_back(StartPlay{request});
  }
}

void ClientSession::On(const StopStreamRequest& request) {
  auto found = plays_.find(request.media_session_id);
  if (found == plays_.end()) {
    // It may have ended while the request was on its way: what the client waits for is an end.
    Send(StreamStatusMessage(StreamObject{.session_id = options_.session_id,
                                          .media_session_id = request.media_session_id,
                                          .name = request.name,
                                          .status = StreamStatus::kStopped,
                                          .info = std::string(info::kStreamNotFound)}));
    return;
  }
  actions_.push_back(StopPlay{request.media_session_id});
  OnPlayEnded(request.media_session_id, StreamStatus::kStopped, info::kStoppedByUser);
}

void ClientSession::On(const AvailableStreamRequest& request) {
  if (!connected()) {
    Send(AvailableStreamMessage(request.media_session_id, false, info::kSessionNotReady));
    return;
  }
  actions_.push_back(LookUpStream{request});
}

void ClientSession::On(const PublishStreamRequest& request) {
  FailStream(request.media_session_id, request.name,
             connected() ? info::kNoPublishing : info::kSessionNotReady, true);
}

void ClientSession::On(const UnpublishStreamRequest& request) {
  FailStream(request.media_session_id, request.name, info::kStreamNotFound, true);
}

void ClientSession::On(const SnapshotRequest& request) {
  Send(SnapshotFailedMessage(request.media_session_id, info::kNoSnapshots));
  Refused("snapshot", info::kNoSnapshots);
}

void ClientSession::On(const SendDataRequest& request) {
  Send(DataFailedMessage(request.operation_id, info::kNoBackEnd));
  Refused("sendData", info::kNoBackEnd);
}

void ClientSession::On(const CallRequest& request) {
  Send(CallFailedMessage(request.call_id, info::kNoCalls));
  Refused("call", info::kNoCalls);
}

void ClientSession::On(const Ping&) { Send(PongMessage()); }

void ClientSession::On(const Pong&) { missed_pongs_ = 0; }

void ClientSession::On(const UnknownRequest& request) {
  Fail(request.method, request.id, StrCat(request.method, " is not available on this server"));
}

void ClientSession::FailStream(std::string_view id, std::string_view name, std::string_view info,
                               bool published) {
  Refused(published ? "publishStream" : "playStream", info);
  Send(StreamStatusMessage(StreamObject{.app_key = app_key_,
                                        .session_id = options_.session_id,
                                        .media_session_id = std::string(id),
                                        .name = std::string(name),
                                        .published = published,
                                        .status = StreamStatus::kFailed,
                                        .info = std::string(info),
                                        .node_id = options_.node_id}));
}

// --- From the clock and the socket ---

void ClientSession::OnTick(Instant now) {
  if (closed_) return;
  if (!connected() && now >= connect_deadline_) {
    return Close(CloseCause::kNoConnection, info::kNoConnection);
  }
  if (now < next_ping_) return;
  next_ping_ = now + options_.ping_period;
  if (missed_pongs_ >= options_.max_missed_pongs) {
    Close(CloseCause::kKeepAlive, info::kTerminatedByKeepAlive);
    return;
  }
  ++missed_pongs_;
  Send(PingMessage());
}

void ClientSession::OnSocketClosed() {
  closed_ = true;
  for (const auto& [id, stream] : plays_) actions_.push_back(StopPlay{id});
  plays_.clear();
}

// --- From the owner ---

void ClientSession::OnPlayAnswered(std::string_view media_session_id, std::string_view answer_sdp) {
  if (!plays_.contains(media_session_id)) return;
  Send(SetRemoteSdpMessage(media_session_id, answer_sdp));
}

void ClientSession::OnPlaying(std::string_view media_session_id, const PlayedStream& played) {
  auto found = plays_.find(media_session_id);
  if (found == plays_.end() || found->second.status == StreamStatus::kPlaying) return;
  StreamObject& stream = found->second;
  bool other_size = stream.width != 0 && stream.height != 0 &&
                    (stream.width != played.width || stream.height != played.height);
  if (other_size || stream.bitrate != 0) stream.info = info::kOriginalPlayed;
  stream.status = StreamStatus::kPlaying;
  stream.has_video = played.has_video;
  stream.has_audio = played.has_audio;
  stream.width = played.width;
  stream.height = played.height;
  Send(StreamStatusMessage(stream));
  if (played.width != 0) Send(ResizeMessage(media_session_id, played.width, played.height));
}

void ClientSession::OnPlayEnded(std::string_view media_session_id, StreamStatus status,
                                std::string_view info) {
  auto found = plays_.find(media_session_id);
  if (found == plays_.end()) return;
  found->second.status = status;
  found->second.info = std::string(info);
  Send(StreamStatusMessage(found->second));
  plays_.erase(found);
}

void ClientSession::OnStreamLookedUp(const AvailableStreamRequest& request, bool available) {
  if (closed_) return;
  Send(AvailableStreamMessage(request.media_session_id, available,
                              available ? std::string_view() : info::kStreamNotFound));
}

}  // namespace sluice::wcs
