#include "services/signalling-gateway/client_connection.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/base/text.h"
#include "libs/daemon/publish_policy.h"
#include "libs/wcs/info.h"

namespace sluice::signalling_gateway {
namespace {

// RFC 6455 §7.4.1
constexpr uint16_t kNormalClosure = 1000;
constexpr uint16_t kNoCode = 1005;
constexpr uint16_t kPolicyViolation = 1008;

wcs::ClientSessionOptions SessionOptions(const Shared& shared, const std::string& peer,
                                         uint16_t server_port) {
  wcs::ClientSessionOptions options = shared.session;
  options.session_id = StrCat("/", peer, "/", options.node_id, ":", server_port);
  return options;
}

std::string PeerText(const http::WebSocket& socket) {
  bool v6 = socket.peer_address().find(':') != std::string::npos;
  return v6 ? StrCat("[", socket.peer_address(), "]:", socket.peer_port())
            : StrCat(socket.peer_address(), ":", socket.peer_port());
}

}  // namespace

ClientConnection::ClientConnection(http::WebSocket& socket, uint16_t server_port, Shared& shared)
    : socket_(socket),
      shared_(shared),
      peer_(PeerText(socket)),
      session_(SessionOptions(shared, peer_, server_port), shared.random, shared.loop.now()),
      ping_(shared.loop, [this] { OnTick(); }) {
  ping_.Start(session_.next_tick() - shared.loop.now());
  shared_.log.Info("client connected", {{"peer", peer_}});
}

ClientConnection::~ClientConnection() {
  session_.OnSocketClosed(client_lost_);
  for (const wcs::Action& action : session_.TakeActions()) {
    if (const auto* stop = std::get_if<wcs::StopStream>(&action)) Do(*stop);
  }
  shared_.log.Info("client disconnected", {{"peer", peer_}});
  shared_.on_client_gone();
}

void ClientConnection::OnText(std::string_view message) {
  ++shared_.messages_received;
  session_.OnText(message);
  Settle();
}

// A browser says 1001 when the page goes away, session.disconnect() of the SDK says nothing.
void ClientConnection::OnCloseFrame(uint16_t code) {
  client_lost_ = code != kNormalClosure && code != kNoCode;
}

void ClientConnection::OnTick() {
  Instant now = shared_.loop.now();
  session_.OnTick(now);
  Settle();
  if (!session_.closed()) ping_.Start(std::max<Duration>(session_.next_tick() - now, 1ms));
}

void ClientConnection::Settle() {
  if (std::exchange(settling_, true)) return;  // the loop below goes on
  for (auto actions = session_.TakeActions(); !actions.empty(); actions = session_.TakeActions()) {
    for (const wcs::Action& action : actions) {
      std::visit([this](const auto& what) { Do(what); }, action);
    }
  }
  settling_ = false;
}

void ClientConnection::Do(const wcs::SendText& action) {
  if (socket_.SendText(action.message)) ++shared_.messages_sent;
}

void ClientConnection::Log(std::string_view what, const std::string& id, const Running& stream,
                           std::string_view cause) {
  std::string line = StrCat(stream.published ? "publish " : "play ", what);
  if (cause.empty()) {
    shared_.log.Info(line, {{"stream", stream.name}, {"session", id}, {"peer", peer_}});
  } else {
    shared_.log.Info(line,
                     {{"stream", stream.name}, {"session", id}, {"peer", peer_}, {"cause", cause}});
  }
}

void ClientConnection::Do(const wcs::StartStream& action) {
  const wcs::StreamRequest& request = action.request;
  const std::string& id = request.media_session_id;
  absl::Status allowed = daemon::MayPublish(shared_.open_publishing, socket_.peer_address());
  if (request.published && !allowed.ok()) {
    ++shared_.refused_publishers;
    shared_.log.WarningLimited("publishing refused",
                               {{"stream", request.name}, {"peer", peer_}, {"cause", allowed}});
    return session_.OnEnded(id, wcs::StreamStatus::kFailed, wcs::info::kRestrictedAccess);
  }
  streams_[id] = {request.name, request.published};
  Log("asked", id, streams_[id]);
  shared_.media.Start({.stream = request, .client_address = peer_, .agent = session_.agent()},
                      *this);
}

void ClientConnection::Do(const wcs::StopStream& action) {
  shared_.media.Stop(action.media_session_id, action.client_lost, *this);
  auto found = streams_.find(action.media_session_id);
  if (found == streams_.end()) return;
  Log(action.client_lost ? "left behind by client" : "stopped by client", found->first,
      found->second);
  streams_.erase(found);
}

void ClientConnection::Do(const wcs::SendStreamEvent& action) {
  shared_.media.SendEvent(action.media_session_id, action.event);
}

void ClientConnection::Do(const wcs::LookUpStream& action) {
  session_.OnStreamLookedUp(action.request, shared_.media.StreamExists(action.request.name));
}

void ClientConnection::Do(const wcs::CloseSocket& action) {
  ++shared_.closed[static_cast<size_t>(action.cause)];
  shared_.log.WarningLimited("client closed", {{"peer", peer_}, {"cause", action.reason}});
  client_lost_ = action.cause == wcs::CloseCause::kKeepAlive;
  socket_.Close(kPolicyViolation, action.reason);
}

void ClientConnection::Do(const wcs::NoteRefusal& action) {
  ++shared_.refused_requests;
  shared_.log.WarningLimited("request refused",
                             {{"peer", peer_}, {"request", action.method}, {"cause", action.why}});
}

void ClientConnection::OnAnswered(const std::string& id, const std::string& answer_sdp) {
  session_.OnAnswered(id, answer_sdp);
  Settle();
}

void ClientConnection::OnStarted(const std::string& id) {
  session_.OnStarted(id);
  Settle();
}

void ClientConnection::OnNews(const std::string& id, const wcs::StreamNews& news) {
  session_.OnNews(id, news);
  Settle();
}

void ClientConnection::OnEventRefused(const std::string& id, const absl::Status& why) {
  session_.OnEventRefused(id, ToStd(why.message()));
  Settle();
}

void ClientConnection::OnEnded(const std::string& id, const FinalStatus& end) {
  auto found = streams_.find(id);
  if (found != streams_.end()) {
    Log("ended", id, found->second, end.info);
    streams_.erase(found);
  }
  session_.OnEnded(id, end.status, end.info);
  Settle();
}

}  // namespace sluice::signalling_gateway
