// One connected client: its socket, its session, its players.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>

#include "libs/base/random.h"
#include "libs/http/web_socket.h"
#include "libs/log/logger.h"
#include "libs/loop/timer.h"
#include "libs/wcs/client_session.h"
#include "services/signalling-gateway/players.h"

namespace sluice::signalling_gateway {

// What all connections of the daemon share.
struct Shared {
  loop::EventLoop& loop;
  log::Logger& log;
  Players& players;
  RandomSource& random;
  wcs::ClientSessionOptions session;  // but for the session id
  uint64_t messages_received = 0;
  uint64_t messages_sent = 0;
  uint64_t refused_requests = 0;
  std::array<uint64_t, 3> closed{};  // by wcs::CloseCause
  std::function<void()> on_client_gone;
};

// Made by the server for each socket, destroyed with it.
class ClientConnection final : public http::WebSocketUser, public PlayerListener {
 public:
  ClientConnection(http::WebSocket& socket, uint16_t server_port, Shared& shared);
  ~ClientConnection() override;

  void OnText(std::string_view message) override;

 private:
  void OnAnswered(const std::string& id, const std::string& answer_sdp) override;
  void OnPlaying(const std::string& id) override;
  void OnEnded(const std::string& id, const FinalStatus& end) override;

  void OnTick();
  // Carries out what the session wants, and what comes of that.
  void Settle();
  void Do(const wcs::SendText& action);
  void Do(const wcs::StartPlay& action);
  void Do(const wcs::StopPlay& action);
  void Do(const wcs::LookUpStream& action);
  void Do(const wcs::CloseSocket& action);
  void Do(const wcs::NoteRefusal& action);

  http::WebSocket& socket_;
  Shared& shared_;
  std::string peer_;
  wcs::ClientSession session_;
  loop::Timer ping_;
  std::map<std::string, std::string> names_;  // of the running players' streams, by id
  bool settling_ = false;
};

}  // namespace sluice::signalling_gateway
