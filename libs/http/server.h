// HTTP/1.1 and WebSocket server on our event loop, by libwebsockets (which nobody else includes).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/instant.h"
#include "libs/http/refusal.h"
#include "libs/http/router.h"
#include "libs/http/web_socket.h"
#include "libs/loop/event_loop.h"

namespace sluice::http {

struct TlsFiles {
  std::string certificate_path;  // PEM, chain included
  std::string private_key_path;  // PEM
};

struct Listener {
  std::string address;  // numeric; empty = all addresses, IPv6 and IPv4
  uint16_t port = 0;    // 0 = any free one
  std::optional<TlsFiles> tls;
};

// Bounds on what a client can make us hold.
struct ServerOptions {
  std::vector<Listener> listeners;
  size_t max_body_bytes = 256 * 1024;                      // more: 413
  size_t max_header_bytes = 8 * 1024;                      // more: 431; kHardHeaderFactor
  size_t max_connections = 10'000;                         // more: closed at once
  size_t max_message_bytes = 256 * 1024;                   // of one WebSocket message
  size_t max_send_queue_bytes = 1024 * 1024;               // per WebSocket
  Duration request_timeout = std::chrono::seconds(10);     // for a header, and for a body
  Duration keep_alive_timeout = std::chrono::seconds(30);  // idle between two requests
  // A WebSocket that has been silent this long gets a ping frame, and is closed when it stays so.
  Duration ping_after = std::chrono::seconds(30);
  Duration close_after = std::chrono::seconds(60);
  OnRefused on_refused;  // on the loop's thread; may be empty
};

// The library gives up a header of this many times max_header_bytes, before we see any of it.
inline constexpr size_t kHardHeaderFactor = 4;

// Totals since start, but for the two gauges.
struct ServerCounters {
  uint64_t requests = 0;
  RefusalCounters refusals{};  // by kind
  size_t connections = 0;      // now, WebSockets included
  size_t web_sockets = 0;      // now

  uint64_t refused(Refusal kind) const { return refusals[static_cast<size_t>(kind)]; }
};

// Made and used on the loop's thread (or before Run). Destroyed when Run() has returned and before
// the EventLoop; users of sockets are destroyed with it.
class Server {
 public:
  // `accept` empty: upgrades are refused. Errors: Unavailable (port taken), InvalidArgument
  // (address or certificate files), each naming the listener.
  static absl::StatusOr<std::unique_ptr<Server>> Start(loop::EventLoop& loop, ServerOptions options,
                                                       Router router, AcceptWebSocket accept = {});
  virtual ~Server() = default;

  // The real port of listener `index`.
  virtual uint16_t port(size_t index = 0) const = 0;
  virtual const ServerCounters& counters() const = 0;
};

}  // namespace sluice::http
