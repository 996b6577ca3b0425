// One connected client: its socket, its session of the protocol, its publishers and players.
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
#include "services/signalling-gateway/media_sessions.h"

namespace sluice::signalling_gateway {

// What all connections of the daemon share.
struct Shared {
  loop::EventLoop& loop;
  log::Logger& log;
  MediaSessions& media;
  RandomSource& random;
  wcs::ClientSessionOptions session;  // but for the session id
  bool open_publishing = false;       // to all addresses
  uint64_t messages_received = 0;
  uint64_t messages_sent = 0;
  uint64_t refused_requests = 0;
  uint64_t refused_publishers = 0;   // by their address
  std::array<uint64_t, 3> closed{};  // by wcs::CloseCause
  std::function<void()> on_client_gone;
};

// Made by the server for each socket, destroyed with it.
class ClientConnection final : public http::WebSocketUser, public MediaSessionListener {
 public:
  ClientConnection(http::WebSocket& socket, uint16_t server_port, Shared& shared);
  ~ClientConnection() override;

  void OnText(std::string_view message) override;
  void OnCloseFrame(uint16_t code) override;

 private:
  void OnAnswered(const std::string& id, const std::string& answer_sdp) override;
  void OnStarted(const std::string& id) override;
  void OnNews(const std::string& id, const wcs::StreamNews& news) override;
  void OnEventRefused(const std::string& id, const absl::Status& why) override;
  void OnEnded(const std::string& id, const FinalStatus& end) override;

  void OnTick();
  // Carries out what the session wants, and what comes of that.
  void Settle();
  void Do(const wcs::SendText& action);
  void Do(const wcs::StartStream& action);
  void Do(const wcs::StopStream& action);
  void Do(const wcs::SendStreamEvent& action);
  void Do(const wcs::LookUpStream& action);
  void Do(const wcs::CloseSocket& action);
  void Do(const wcs::NoteRefusal& action);

  http::WebSocket& socket_;
  Shared& shared_;
  std::string peer_;
  wcs::ClientSession session_;
  loop::Timer ping_;
  // What is running, by id, for the log.
  struct Running {
    std::string name;
    bool published = false;
  };
  void Log(std::string_view what, const std::string& id, const Running& stream,
           std::string_view cause = {});
  std::map<std::string, Running> streams_;
  bool settling_ = false;
  // The page is reloaded or has died, and may come back; else the client has said goodbye.
  bool client_lost_ = true;
};

}  // namespace sluice::signalling_gateway
