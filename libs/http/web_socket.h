// The server's end of one WebSocket (RFC 6455), text messages only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::http {

// Loop thread only. Lives as long as the WebSocketUser made for it.
class WebSocket {
 public:
  virtual ~WebSocket() = default;

  // Queues one message (valid UTF-8). The queue holds at most ServerOptions::max_send_queue_bytes;
  // a message that does not fit is dropped, counted, and the socket is closed with 1008, because a
  // client with a hole in its messages is worse off than one that has to come back. Returns false
  // then, and after Close().
  virtual bool SendText(std::string message) = 0;
  // Sends what is queued, then a close frame with `code` (RFC 6455 §7.4.1) and `reason` (at most
  // 123 bytes are sent). The user is destroyed later, when the socket has gone.
  virtual void Close(uint16_t code, std::string_view reason) = 0;

  virtual const std::string& peer_address() const = 0;  // without port
  virtual uint16_t peer_port() const = 0;
  virtual const std::string& path() const = 0;
  virtual bool secure() const = 0;
};

// What hears a socket. Destroyed when the socket has closed, whoever closed it.
class WebSocketUser {
 public:
  virtual ~WebSocketUser() = default;
  // One whole message, at most ServerOptions::max_message_bytes (longer: closed with 1009).
  // Borrowed. Binary messages are refused with 1003.
  virtual void OnText(std::string_view message) = 0;
  // The peer wants to close, by a close frame (RFC 6455 §7.4.1): 1000, or 1005 if it gave no code,
  // when the client says so; 1001 when its page goes away. A connection that breaks has none.
  virtual void OnCloseFrame(uint16_t /*code*/) {}
};

// Called for each new socket; nullptr refuses it (closed with 1013, try again later).
using AcceptWebSocket = std::function<std::unique_ptr<WebSocketUser>(WebSocket&)>;

}  // namespace sluice::http
