// What libwebsockets tells us about its connections, one function per kind of news.
#include "libs/http/core.h"

namespace sluice::http {
namespace {

constexpr int kGoOn = 0;
constexpr int kCloseIt = -1;

// Marks a wsi as one of the clients that are counted (listeners and the wake-up pipe are wsi, too).
char counted_mark;

struct Space {
  Connection* connection;
};

Connection& MakeConnection(Core& core, Space& space) {
  if (space.connection == nullptr) {
    space.connection = new Connection;  // the library's space is raw memory; freed by Drop
    core.connections.insert(space.connection);
  }
  return *space.connection;
}

void Drop(Core& core, Space* space) {
  if (space == nullptr || space->connection == nullptr) return;
  if (space->connection->exchange) space->connection->exchange->Abandon();
  core.connections.erase(space->connection);
  delete space->connection;
  space->connection = nullptr;
}

int OnRequest(Core& core, lws* wsi, Space& space, const char* path, size_t length) {
  Connection& connection = MakeConnection(core, space);
  if (connection.exchange) connection.exchange->Abandon();
  connection.exchange = std::make_shared<Exchange>(core, wsi);
  std::shared_ptr<Exchange> exchange = connection.exchange;
  exchange->Begin(std::string(path, length));
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

int OnUpgrade(Core& core, lws* wsi, Space& space) {
  if (!core.accept || core.stopping) return kCloseIt;
  Connection& connection = MakeConnection(core, space);
  connection.exchange.reset();
  connection.socket = std::make_unique<Socket>(core, wsi);
  return kGoOn;
}

int OnNewClient(Core& core, lws* wsi) {
  ++core.counters.connections;
  lws_set_opaque_user_data(wsi, &counted_mark);
  return kGoOn;
}

// Admission, before anything is allocated for the client.
int OnAccept(Core& core) {
  if (!core.stopping && core.counters.connections < core.options.max_connections) return kGoOn;
  ++core.counters.refused_connections;
  return kCloseIt;
}

int OnWebSocket(lws_callback_reasons reason, Socket& socket, std::string_view bytes) {
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      socket.OnEstablished();
      return kGoOn;
    case LWS_CALLBACK_RECEIVE:
      return socket.OnReceive(bytes) ? kGoOn : kCloseIt;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return socket.OnWriteable() ? kGoOn : kCloseIt;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:  // not to be echoed if it answers ours
      return socket.close_sent() ? kCloseIt : kGoOn;
    default:
      return kGoOn;
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

}  // namespace

int OnLibraryCallback(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t length) {
  lws_context* context = lws_get_context(wsi);
  if (context == nullptr || lws_context_user(context) == nullptr) return kGoOn;
  Core& core = *static_cast<Core*>(lws_context_user(context));
  auto* space = static_cast<Space*>(user);
  Connection* connection = space != nullptr ? space->connection : nullptr;
  std::string_view bytes(static_cast<const char*>(in), in != nullptr ? length : 0);
  switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
      return OnAccept(core);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
      return OnNewClient(core, wsi);
    case LWS_CALLBACK_WSI_DESTROY:
      if (lws_get_opaque_user_data(wsi) == &counted_mark) --core.counters.connections;
      return kGoOn;
    case LWS_CALLBACK_HTTP:
      return core.stopping ? kCloseIt : OnRequest(core, wsi, *space, bytes.data(), bytes.size());
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return connection != nullptr ? OnHttp(reason, wsi, *connection, bytes) : kGoOn;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
      return OnUpgrade(core, wsi, *space);
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      return connection != nullptr && connection->socket
                 ? OnWebSocket(reason, *connection->socket, bytes)
                 : kCloseIt;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
      Drop(core, space);
      return kGoOn;
    default:
      return kGoOn;
  }
}

}  // namespace sluice::http
