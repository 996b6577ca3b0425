// What libwebsockets tells us about its connections, one function per kind of news.
#include <libwebsockets.h>

#include <cstring>
#include <utility>

#include "libs/base/text.h"
#include "libs/http/core.h"
#include "libs/http/received_bytes.h"

namespace sluice::http {
namespace {

constexpr int kGoOn = 0;
constexpr int kCloseIt = -1;

// Each client's wsi carries its Connection from accept to the last word about it. (Listeners and
// the wake-up pipe are wsi, too; they carry nothing.)
Connection* ConnectionOf(lws* wsi) {
  return static_cast<Connection*>(lws_get_opaque_user_data(wsi));
}

int OnNewClient(Core& core, lws* wsi) {
  auto connection = std::make_unique<Connection>(core.loop.now());
  lws_set_opaque_user_data(wsi, connection.get());
  ++core.counters.connections;
  core.connections.emplace(connection.get(), std::move(connection));
  return kGoOn;
}

// Nothing can be sent any more. Comes as one or more kinds of news, depending on the state.
int OnClosed(Connection& connection) {
  if (connection.exchange) connection.exchange->Abandon();
  connection.exchange.reset();
  connection.socket.reset();
  return kGoOn;
}

// A connection that ends before it has asked for anything: out of time, by a header that the
// library cannot read (it answers 403, or nothing), or in the middle of one. Who connects and
// leaves without a word, as port checks do, is no news; nor is a TLS handshake that fails.
int OnUnasked(Core& core, lws* wsi, Connection& connection) {
  bool overflow = TakeHeaderOverflow();
  if (std::exchange(connection.has_asked, true) || core.stopping) return kGoOn;
  int fd = lws_get_socket_fd(wsi);
  if (fd < 0) return kGoOn;
  Refused refused{.reason = Refusal::kMalformed, .peer = PeerAddress(fd, nullptr), .what = ""};
  if (overflow) {
    refused.reason = Refusal::kHeaderTooLarge;
  } else if (core.loop.now() - connection.accepted >= core.options.request_timeout) {
    refused.reason = Refusal::kSlowHeader;
  } else if (lws_is_ssl(wsi) != 0 || ReceivedBytes(fd) < 2) {
    return kGoOn;
  }
  core.Refuse(std::move(refused));
  return kGoOn;
}

int OnDestroyed(Core& core, lws* wsi, Connection& connection) {
  OnClosed(connection);
  lws_set_opaque_user_data(wsi, nullptr);
  core.connections.erase(&connection);
  --core.counters.connections;
  return kGoOn;
}

int OnRequest(Core& core, lws* wsi, Connection& connection, std::string_view path) {
  if (core.stopping) return kCloseIt;
  connection.has_asked = true;
  if (connection.exchange) connection.exchange->Abandon();
  connection.exchange = std::make_shared<Exchange>(core, wsi);
  std::shared_ptr<Exchange> exchange = connection.exchange;
  exchange->Begin(std::string(path));
  return kGoOn;
}

int OnHttpWriteable(lws* wsi, Connection& connection) {
  if (!connection.exchange || !connection.exchange->answered()) return kGoOn;
  Exchange::Progress progress = connection.exchange->Write();
  if (progress == Exchange::Progress::kMore) return kGoOn;
  connection.exchange->Abandon();
  connection.exchange.reset();
  if (progress != Exchange::Progress::kDone) return kCloseIt;
  return lws_http_transaction_completed(wsi) != 0 ? kCloseIt : kGoOn;
}

int OnUpgrade(Core& core, lws* wsi, Connection& connection) {
  if (!core.accept || core.stopping) return kCloseIt;
  connection.has_asked = true;
  connection.exchange.reset();
  connection.socket = std::make_unique<Socket>(core, wsi);
  return kGoOn;
}

// Admission, before anything is allocated for the client.
int OnAccept(Core& core, int fd) {
  if (core.stopping) return kCloseIt;
  if (core.counters.connections < core.options.max_connections) return kGoOn;
  core.Refuse({.reason = Refusal::kConnection, .peer = PeerAddress(fd, nullptr), .what = ""});
  return kCloseIt;
}

// CONNECT, which the library takes for the start of a tunnel.
int OnTunnel(Core& core, lws* wsi, Connection& connection) {
  if (std::exchange(connection.has_asked, true)) return kCloseIt;
  Response response = ProblemResponse(405, "Method Not Allowed", "This is not a proxy.");
  std::string text =
      StrCat("HTTP/1.1 405 Method Not Allowed\r\nAllow: ", kAllMethods,
             "\r\nContent-Type: application/problem+json\r\nContent-Length: ", response.body.size(),
             "\r\nConnection: close\r\n\r\n", response.body);
  std::vector<unsigned char> bytes(LWS_PRE + text.size());
  std::memcpy(bytes.data() + LWS_PRE, text.data(), text.size());
  lws_write(wsi, bytes.data() + LWS_PRE, text.size(), LWS_WRITE_RAW);
  core.Refuse({Refusal::kMalformed, response.status, ReadPeerAddress(wsi, nullptr), "CONNECT"});
  return kCloseIt;
}

// RFC 9110 7.8: a server may ignore an upgrade. The library would go on in HTTP/2 with "h2c"; with
// a name that it does not know it serves the request as if nothing had been said. An unknown name
// it has refused already when it asks: Debian's version then goes on with the header it has just
// freed (CVE-2025-11677), unless it is told to close.
int OnConfirmUpgrade(Core& core, lws* wsi, char* name) {
  if (lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) <= 0) return kCloseIt;
  bool wanted = core.accept && strcasecmp(name, "websocket") == 0;
  if (!wanted) *name = '-';
  return kGoOn;
}

int OnWebSocket(lws_callback_reasons reason, Connection& connection, std::string_view bytes) {
  if (!connection.socket) return kCloseIt;
  Socket& socket = *connection.socket;
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      socket.OnEstablished();
      return kGoOn;
    case LWS_CALLBACK_RECEIVE:
      socket.OnReceive(bytes);
      return kGoOn;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return socket.OnWriteable() ? kGoOn : kCloseIt;
    default:  // the peer's close: not to be echoed if it answers ours
      return socket.OnCloseFrame(bytes) ? kGoOn : kCloseIt;
  }
}

int OnHttp(lws_callback_reasons reason, lws* wsi, Connection& connection, std::string_view bytes) {
  std::shared_ptr<Exchange> exchange = connection.exchange;
  if (!exchange) return kGoOn;
  switch (reason) {
    case LWS_CALLBACK_HTTP_BODY:
      exchange->OnBody(bytes);
      return kGoOn;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      exchange->OnBodyComplete();
      return kGoOn;
    default:
      return OnHttpWriteable(wsi, connection);
  }
}

int OnNews(Core& core, lws* wsi, lws_callback_reasons reason, std::string_view bytes) {
  Connection* connection = ConnectionOf(wsi);
  if (connection == nullptr) return kGoOn;
  switch (reason) {
    case LWS_CALLBACK_HTTP:
      return OnRequest(core, wsi, *connection, bytes);
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return OnHttp(reason, wsi, *connection, bytes);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
      return OnUpgrade(core, wsi, *connection);
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      return OnWebSocket(reason, *connection, bytes);
    case LWS_CALLBACK_CLOSED_HTTP:
      OnUnasked(core, wsi, *connection);
      return OnClosed(*connection);
    case LWS_CALLBACK_CLOSED:
      return OnClosed(*connection);
    case LWS_CALLBACK_WSI_DESTROY:
      return OnDestroyed(core, wsi, *connection);
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
      return OnTunnel(core, wsi, *connection);
    default:
      return kGoOn;
  }
}

}  // namespace

int OnLibraryCallback(lws* wsi, lws_callback_reasons reason, void*, void* in, size_t length) {
  lws_context* context = lws_get_context(wsi);
  if (context == nullptr || lws_context_user(context) == nullptr) return kGoOn;
  Core& core = *static_cast<Core*>(lws_context_user(context));
  if (reason == LWS_CALLBACK_FILTER_NETWORK_CONNECTION) {
    return OnAccept(core, static_cast<int>(reinterpret_cast<intptr_t>(in)));
  }
  if (reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE) {
    return OnConfirmUpgrade(core, wsi, static_cast<char*>(in));
  }
  if (reason == LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED) return OnNewClient(core, wsi);
  return OnNews(core, wsi, reason, {static_cast<const char*>(in), in != nullptr ? length : 0});
}

}  // namespace sluice::http
