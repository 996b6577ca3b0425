// Private to libs/http: what the server's connections share. Outlives the Server until
// libwebsockets has closed its last handle.
#pragma once

#include <libwebsockets.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "libs/http/exchange.h"
#include "libs/http/server.h"
#include "libs/http/socket.h"

namespace sluice::http {

// What we keep for one TCP connection: a request being served, or a WebSocket.
struct Connection {
  explicit Connection(Instant now) : accepted(now) {}

  Instant accepted;
  bool has_asked = false;  // a whole header has come, or something was refused
  std::shared_ptr<Exchange> exchange;
  std::unique_ptr<Socket> socket;
};

struct Core {
  Core(loop::EventLoop& event_loop, ServerOptions server_options, Router routes,
       AcceptWebSocket accept_web_socket);

  // Counts it and tells the owner.
  void Refuse(Refused refused);

  loop::EventLoop& loop;
  ServerOptions options;
  Router router;
  AcceptWebSocket accept;
  ServerCounters counters;
  // By their address; bound: options.max_connections.
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections;
  lws_context* context = nullptr;  // set to nullptr by the library at the end
  std::vector<lws_vhost*> vhosts;  // as options.listeners
  lws_retry_bo_t silence{};        // WebSocket ping and hang-up
  bool stopping = false;
};

// Whether the library has, since the last call, given up a header that was too long for it.
bool TakeHeaderOverflow();

// The one callback of the one protocol. The library's per-connection `user` space is not used.
int OnLibraryCallback(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t length);

}  // namespace sluice::http
