#include "libs/wcs/client_session.h"

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
      streams_(options_.streams, actions_),
      next_ping_(now + options_.ping_period),
      connect_deadline_(now + options_.connect_timeout) {
  streams_.set_owner({"", options_.session_id, options_.node_id});
}

void ClientSession::Close(CloseCause cause, std::string_view reason) {
  closed_ = true;
  actions_.Push(CloseSocket{cause, std::string(reason)});
}

// --- From the client ---

void ClientSession::OnText(std::string_view text) {
  if (closed_) return;
  absl::StatusOr<ClientMessage> message = ParseClientMessage(text);
  if (!message.ok()) {
    std::string reason(message.status().message());
    actions_.Send(FailMessage("message", "", reason));
    Close(CloseCause::kMalformed, reason);
    return;
  }
  std::visit([this](const auto& request) { On(request); }, *message);
}

void ClientSession::On(const ConnectionRequest& request) {
  if (connected()) {
    actions_.Fail("connection", "", info::kConnectedAlready);
    return;
  }
  app_key_ = request.app_key;
  agent_ = request.agent;
  streams_.set_owner({app_key_, options_.session_id, options_.node_id});
  auth_token_ = random_.NextHex(kTokenBytes);
  actions_.Send(GetUserDataMessage(request.echo, {.auth_token = auth_token_,
                                                  .app_key = app_key_,
                                                  .session_id = options_.session_id,
                                                  .node_id = options_.node_id}));
  if (request.sip_register_required) {
    actions_.Fail("RegistrationStatusEvent", "", info::kNoRegistration);
  }
}

void ClientSession::On(const AvailableStreamRequest& request) {
  if (!connected()) {
    actions_.Send(AvailableStreamMessage(request.media_session_id, false, info::kSessionNotReady));
    return;
  }
  actions_.Push(LookUpStream{request});
}

void ClientSession::On(const SnapshotRequest& request) {
  actions_.Send(SnapshotFailedMessage(request.media_session_id, info::kNoSnapshots));
  actions_.Refused("snapshot", info::kNoSnapshots);
}

void ClientSession::On(const SendDataRequest& request) {
  actions_.Send(DataFailedMessage(request.operation_id, info::kNoBackEnd));
  actions_.Refused("sendData", info::kNoBackEnd);
}

void ClientSession::On(const CallRequest& request) {
  actions_.Send(CallFailedMessage(request.call_id, info::kNoCalls));
  actions_.Refused("call", info::kNoCalls);
}

void ClientSession::On(const Ping&) { actions_.Send(PongMessage()); }

void ClientSession::On(const Pong&) { missed_pongs_ = 0; }

void ClientSession::On(const UnknownRequest& request) {
  actions_.Fail(request.method, request.id,
                StrCat(request.method, " is not available on this server"));
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
  actions_.Send(PingMessage());
}

void ClientSession::OnSocketClosed(bool client_lost) {
  closed_ = true;
  streams_.StopAll(client_lost);
}

// --- From the owner ---

void ClientSession::OnEventRefused(std::string_view media_session_id, std::string_view why) {
  if (!closed_) actions_.Fail("sendStreamEvent", media_session_id, why);
}

void ClientSession::OnStreamLookedUp(const AvailableStreamRequest& request, bool available) {
  if (closed_) return;
  actions_.Send(AvailableStreamMessage(request.media_session_id, available,
                                       available ? std::string_view() : info::kStreamNotFound));
}

}  // namespace sluice::wcs
