#include "libs/http/server.h"

#include <libwebsockets.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/http/core.h"
#include "libs/net/socket_address.h"

namespace sluice::http {
namespace {

// The library tells why something failed by its log alone; the last line becomes our status.
thread_local std::string last_complaint;

void Remember(int, const char* line) {
  last_complaint = line;
  while (!last_complaint.empty() && last_complaint.back() == '\n') last_complaint.pop_back();
}

// Headers that are being read at a time; further connections wait until one has been read or has
// run out of time. Each costs max_header_bytes * kHardHeaderFactor while it is read.
constexpr unsigned kMostHeaders = 4096;

// Of a message, told at a time. The library keeps this much for every WebSocket while it lives.
constexpr size_t kReceivePiece = 1024;

const lws_protocols kProtocols[] = {{"sluice", OnLibraryCallback, 0, kReceivePiece, 0, nullptr, 0},
                                    {nullptr, nullptr, 0, 0, 0, nullptr, 0}};

unsigned WholeSeconds(Duration duration) {
  return static_cast<unsigned>(std::max<int64_t>(1, ToMilliseconds(duration) / 1000));
}

bool HostHasIpv6() {
  int fd = socket(AF_INET6, SOCK_STREAM, 0);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

bool AnyHandleIsClosing(uv_loop_t* loop) {
  bool any = false;
  uv_walk(
      loop,
      [](uv_handle_t* handle, void* found) {
        if (uv_is_closing(handle) != 0) *static_cast<bool*>(found) = true;
      },
      &any);
  return any;
}

// Lets a context go that the library takes apart over several turns of the loop: connections close
// in the first, the library's own handles after them, and the second call frees the rest and
// unloads the code of their close callbacks. `core` lives as long. If the loop ends before that,
// the context stays until the process ends.
void Finish(std::shared_ptr<Core> core) {
  loop::EventLoop& loop = core->loop;
  loop.Post([core = std::move(core)] {
    if (core->context != nullptr && !AnyHandleIsClosing(core->loop.uv())) {
      lws_context_destroy(core->context);
    }
    if (core->context != nullptr) Finish(core);
  });
}

absl::StatusOr<lws_context*> MakeContext(Core& core) {
  lws_set_log_level(LLL_ERR | LLL_WARN, Remember);
  void* loops[] = {core.loop.uv()};
  lws_context_creation_info info{};
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  for (const Listener& listener : core.options.listeners) {
    if (listener.tls) info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  }
  info.foreign_loops = loops;
  info.user = &core;
  info.pcontext = &core.context;
  info.max_http_header_data2 =
      static_cast<unsigned>(core.options.max_header_bytes * kHardHeaderFactor);
  info.max_http_header_pool2 = kMostHeaders;
  info.gid = static_cast<decltype(info.gid)>(-1);
  info.uid = static_cast<decltype(info.uid)>(-1);
  lws_context* context = lws_create_context(&info);
  if (context == nullptr) return absl::InternalError(StrCat("libwebsockets: ", last_complaint));
  return context;
}

absl::StatusOr<lws_vhost*> MakeVhost(Core& core, const Listener& listener) {
  std::string name = StrCat(listener.address, ":", listener.port);
  lws_context_creation_info info{};
  info.protocols = kProtocols;
  info.port = listener.port;
  info.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
  if (!listener.address.empty()) {
    SLUICE_ASSIGN_OR_RETURN(auto address, net::SocketAddress::Parse(listener.address, 0));
    if (!address.IsAny()) info.iface = listener.address.c_str();
    if (address.family() == AF_INET) info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  } else if (!HostHasIpv6()) {
    info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  }
  if (listener.tls) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;  // without it the vhost has no TLS
    info.ssl_cert_filepath = listener.tls->certificate_path.c_str();
    info.ssl_private_key_filepath = listener.tls->private_key_path.c_str();
    info.alpn = "http/1.1";
  }
  info.vhost_name = name.c_str();
  info.server_string = "Sluice";
  info.timeout_secs = WholeSeconds(core.options.request_timeout);
  info.timeout_secs_ah_idle = WholeSeconds(core.options.request_timeout);
  info.keepalive_timeout = static_cast<int>(WholeSeconds(core.options.keep_alive_timeout));
  info.retry_and_idle_policy = &core.silence;
  last_complaint.clear();
  lws_vhost* vhost = lws_create_vhost(core.context, &info);
  if (vhost == nullptr || lws_get_vhost_listen_port(vhost) <= 0) {
    return absl::UnavailableError(
        StrCat("cannot listen on ", name, listener.tls ? " (TLS)" : "", ": ",
               last_complaint.empty() ? "the address is in use" : last_complaint));
  }
  return vhost;
}

class LibraryServer final : public Server {
 public:
  explicit LibraryServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  ~LibraryServer() override {
    core_->stopping = true;
    // Users of sockets go now, while what they refer to is still there.
    for (const auto& [address, connection] : core_->connections) {
      if (connection->exchange) connection->exchange->Abandon();
      connection->exchange.reset();
      connection->socket.reset();
    }
    core_->router = Router();
    core_->accept = nullptr;
    core_->options.on_refused = nullptr;
    lws_context_destroy(core_->context);
    if (core_->context != nullptr) Finish(std::move(core_));
  }

  uint16_t port(size_t index) const override {
    return static_cast<uint16_t>(lws_get_vhost_listen_port(core_->vhosts[index]));
  }
  const ServerCounters& counters() const override { return core_->counters; }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

Core::Core(loop::EventLoop& event_loop, ServerOptions server_options, Router routes,
           AcceptWebSocket accept_web_socket)
    : loop(event_loop),
      options(std::move(server_options)),
      router(std::move(routes)),
      accept(std::move(accept_web_socket)) {
  silence.secs_since_valid_ping = static_cast<uint16_t>(WholeSeconds(options.ping_after));
  silence.secs_since_valid_hangup = static_cast<uint16_t>(WholeSeconds(options.close_after));
}

bool TakeHeaderOverflow() {
  bool overflow = last_complaint.find("header data space") != std::string::npos;
  last_complaint.clear();
  return overflow;
}

void Core::Refuse(Refused refused) {
  ++counters.refusals[static_cast<size_t>(refused.reason)];
  if (options.on_refused) options.on_refused(refused);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(loop::EventLoop& loop, ServerOptions options,
                                                      Router router, AcceptWebSocket accept) {
  auto core =
      std::make_shared<Core>(loop, std::move(options), std::move(router), std::move(accept));
  SLUICE_ASSIGN_OR_RETURN(core->context, MakeContext(*core));
  auto server = std::make_unique<LibraryServer>(core);
  for (const Listener& listener : core->options.listeners) {
    SLUICE_ASSIGN_OR_RETURN(lws_vhost * vhost, MakeVhost(*core, listener));
    core->vhosts.push_back(vhost);
  }
  return server;
}

}  // namespace sluice::http
