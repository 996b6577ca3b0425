#include "services/signalling-gateway/client_connection.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/base/text.h"

namespace sluice::signalling_gateway {
namespace {

constexpr uint16_t kPolicyViolation = 1008;  // RFC 6455 §7.4.1

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
  session_.OnSocketClosed();
  for (const wcs::Action& action : session_.TakeActions()) {
    if (const auto* stop = std::get_if<wcs::StopPlay>(&action)) Do(*stop);
  }
  shared_.log.Info("client disconnected", {{"peer", peer_}});
  shared_.on_client_gone();
}

void ClientConnection::OnText(std::string_view message) {
  ++shared_.messages_received;
  session_.OnText(message);
  Settle();
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

void ClientConnection::Do(const wcs::StartPlay& action) {
  const wcs::PlayStreamRequest& request = action.request;
  names_[request.media_session_id] = request.name;
  shared_.log.Info(
      "play asked",
      {{"stream", request.name}, {"session", request.media_session_id}, {"peer", peer_}});
  shared_.players.Start({.id = request.media_session_id,
                         .stream_name = request.name,
                         .offer_sdp = request.sdp,
                         .client_address = peer_},
                        *this);
}

void ClientConnection::Do(const wcs::StopPlay& action) {
  auto found = names_.find(action.media_session_id);
  if (found == names_.end()) return;
  shared_.players.Stop(action.media_session_id);
  shared_.log.Info(
      "play stopped by client",
      {{"stream", found->second}, {"session", action.media_session_id}, {"peer", peer_}});
  names_.erase(found);
}

void ClientConnection::Do(const wcs::LookUpStream& action) {
  session_.OnStreamLookedUp(action.request, shared_.players.StreamExists(action.request.name));
}

void ClientConnection::Do(const wcs::CloseSocket& action) {
  ++shared_.closed[static_cast<size_t>(action.cause)];
  shared_.log.WarningLimited("client closed", {{"peer", peer_}, {"cause", action.reason}});
  socket_.Close(kPolicyViolation, action.reason);
}

void ClientConnection::Do(const wcs::NoteRefusal& action) {
  ++shared_.refused_requests;
  shared_.log.WarningLimited("request refused",
                             {{"peer", peer_}, {"request", action.method}, {"cause", action.why}});
}

void ClientConnection::OnAnswered(const std::string& id, const std::string& answer_sdp) {
  session_.OnPlayAnswered(id, answer_sdp);
  Settle();
}

void ClientConnection::OnPlaying(const std::string& id) {
  auto found = names_.find(id);
  if (found == names_.end()) return;
  session_.OnPlaying(id, shared_.players.Describe(found->second));
  Settle();
}

void ClientConnection::OnEnded(const std::string& id, const FinalStatus& end) {
  auto found = names_.find(id);
  shared_.log.Info("play ended", {{"stream", found == names_.end() ? "" : found->second},
                                  {"session", id},
                                  {"peer", peer_},
                                  {"cause", end.info}});
  if (found != names_.end()) names_.erase(found);
  session_.OnPlayEnded(id, end.status, end.info);
  Settle();
}

}  // namespace sluice::signalling_gateway
