// Private to libs/http: one WebSocket on one connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/http/refusal.h"
#include "libs/http/web_socket.h"

struct lws;

namespace sluice::http {

struct Core;

class Socket final : public WebSocket {
 public:
  Socket(Core& core, lws* wsi);
  ~Socket() override;

  bool SendText(std::string message) override;
  void Close(uint16_t code, std::string_view reason) override;
  const std::string& peer_address() const override { return peer_address_; }
  uint16_t peer_port() const override { return peer_port_; }
  const std::string& path() const override { return path_; }
  bool secure() const override { return secure_; }

  // From the library. OnWriteable returns false when the connection is to be closed.
  void OnEstablished();
  void OnReceive(std::string_view piece);
  bool OnWriteable();
  // payload: of the peer's close frame. Returns false if it answers ours.
  bool OnCloseFrame(std::string_view payload);

 private:
  void RefuseMessage(Refusal reason, uint16_t code, std::string_view words);
  bool WriteClose();

  Core& core_;
  lws* wsi_;
  std::string path_;
  std::string peer_address_;
  uint16_t peer_port_ = 0;
  bool secure_ = false;
  bool established_ = false;
  std::unique_ptr<WebSocketUser> user_;
  std::string incoming_;               // bound: options.max_message_bytes
  std::vector<std::string> outgoing_;  // bound: options.max_send_queue_bytes in all
  size_t written_ = 0;                 // of outgoing_; the vector is emptied when all of it is
  size_t outgoing_bytes_ = 0;
  uint16_t close_code_ = 0;  // not 0: closing
  std::string close_reason_;
  bool close_sent_ = false;
};

}  // namespace sluice::http
