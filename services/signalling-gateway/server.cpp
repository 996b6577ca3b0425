#include "services/signalling-gateway/server.h"

#include <array>
#include <chrono>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::signalling_gateway {
namespace {

int64_t UnixMs() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

wcs::ClientSessionOptions SessionOptions(const daemon::Context& context, const Config& config) {
  return {.node_id = context.node_id,
          .streams = {.max_streams = config.max_streams_per_client,
                      .inbound_rate_seconds = config.inbound_video_rate_stat_send_interval,
                      .outbound_rate_seconds = config.outbound_video_rate_stat_send_interval,
                      .unix_ms = UnixMs},
          .ping_period = config.ping_period,
          .max_missed_pongs = static_cast<int>(config.max_missed_pongs),
          .connect_timeout = config.connect_timeout};
}

// For people who open the port in a browser.
void OnPlainRequest(const http::Request&, http::Responder responder) {
  http::Response response =
      http::TextResponse(426, "This is the WebSocket port of Sluice's signalling.\n");
  response.Set("Upgrade", "websocket");
  responder.Send(std::move(response));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Open(daemon::Context& context,
                                                     const Config& config) {
  std::unique_ptr<Server> server(new Server(context, config));
  SLUICE_RETURN_IF_ERROR(server->Listen(config));
  return server;
}

Server::Server(daemon::Context& context, const Config& config)
    : context_(context),
      max_clients_(config.max_clients),
      media_({.node_id = context.node_id,
              .call_timeout = config.call_timeout,
              .report_inbound_rate = config.inbound_video_rate_stat_send_interval != 0,
              .report_outbound_rate = config.outbound_video_rate_stat_send_interval != 0},
             context.loop, context.directory, context.channels),
      shared_{.loop = context.loop,
              .log = context.log,
              .media = media_,
              .random = random_,
              .session = SessionOptions(context, config),
              .open_publishing = context.common.open_publishing,
              .on_client_gone = [this] { OnClientGone(); }} {}

absl::Status Server::Listen(const Config& config) {
  http::Router router;
  router.Add(http::Method::kGet, "/", OnPlainRequest);
  router.Add(http::Method::kGet, "/{path...}", OnPlainRequest);
  // Some room beyond the clients, so that one too many hears why it is refused.
  http::ServerOptions options{.max_body_bytes = 0,
                              .max_connections = config.max_clients + 100,
                              .request_timeout = config.handshake_timeout};
  options.on_refused = [this](const http::Refused& refused) {
    context_.log.WarningLimited("client refused", {{"peer", refused.peer},
                                                   {"cause", http::RefusalName(refused.reason)},
                                                   {"status", refused.status},
                                                   {"request", refused.what}});
  };
  options.listeners.push_back({config.ws_address, config.ws_port.value, std::nullopt});
  if (!context_.common.tls_certificate.empty()) {
    options.listeners.push_back(
        {config.ws_address, config.wss_port.value,
         http::TlsFiles{context_.common.tls_certificate, context_.common.tls_private_key}});
  }
  SLUICE_ASSIGN_OR_RETURN(
      http_, http::Server::Start(context_.loop, options, std::move(router),
                                 [this](http::WebSocket& socket) { return Accept(socket); }));
  std::string host = config.ws_address.empty() ? "0.0.0.0" : config.ws_address;
  for (size_t i = 0; i < options.listeners.size(); ++i) {
    listening_.push_back(StrCat(i == 0 ? "ws " : "wss ", host, ":", http_->port(i)));
  }
  registration_ =
      context_.metrics.Collect(context_.loop, [this](metrics::Scrape& scrape) { Collect(scrape); });
  return absl::OkStatus();
}

std::unique_ptr<http::WebSocketUser> Server::Accept(http::WebSocket& socket) {
  if (drained_ || clients_ >= max_clients_) {
    ++refused_clients_;
    return nullptr;
  }
  ++clients_;
  size_t listener = socket.secure() ? 1 : 0;
  return std::make_unique<ClientConnection>(socket, http_->port(listener), shared_);
}

void Server::OnClientGone() {
  if (--clients_ == 0 && drained_) context_.loop.Post(drained_);
}

double Server::Load() const {
  return static_cast<double>(clients_) / static_cast<double>(max_clients_);
}

void Server::Drain(std::function<void()> drained) {
  media_.Drain();
  drained_ = std::move(drained);
  if (clients_ == 0) context_.loop.Post(drained_);
}

void Server::Collect(metrics::Scrape& scrape) const {
  scrape.AddGauge("sessions", "Connected clients.", clients_);
  scrape.AddCounter("messages_total", "Messages of the client protocol.", shared_.messages_received,
                    {{"direction", "in"}});
  scrape.AddCounter("messages_total", "Messages of the client protocol.", shared_.messages_sent,
                    {{"direction", "out"}});
  scrape.AddCounter("refused_clients_total", "Clients told to come back later.", refused_clients_);
  for (size_t kind = 0; kind < http::kRefusalKinds; ++kind) {
    auto refusal = static_cast<http::Refusal>(kind);
    scrape.AddCounter("refused_total", "Connections, requests and messages refused.",
                      http_->counters().refused(refusal),
                      {{"reason", std::string(http::RefusalName(refusal))}});
  }
  scrape.AddCounter("refused_requests_total", "Requests of clients that could not be served.",
                    shared_.refused_requests);
  static constexpr std::array kCauses = {"malformed", "no_connection", "keep_alive"};
  for (size_t cause = 0; cause < kCauses.size(); ++cause) {
    scrape.AddCounter("closed_clients_total", "Clients that were disconnected.",
                      shared_.closed[cause], {{"cause", kCauses[cause]}});
  }
  scrape.AddCounter("refused_publishers_total", "Publishers from addresses that may not publish.",
                    shared_.refused_publishers);
  CollectMedia(scrape);
}

void Server::CollectMedia(metrics::Scrape& scrape) const {
  const MediaSessionsCounters& media = media_.counters();
  scrape.AddGauge("publishers", "Publishers of these clients.",
                  static_cast<double>(media_.publishers()));
  scrape.AddGauge("players", "Players of these clients.", static_cast<double>(media_.players()));
  scrape.AddCounter("publishes_total", "Publishers asked for.", media.publishers.started);
  scrape.AddCounter("publish_answers_total", "Publishers that got an answer.",
                    media.publishers.answered);
  scrape.AddCounter("failed_publishes_total", "Publishers that ended in FAILED.",
                    media.publishers.failed);
  scrape.AddCounter("plays_total", "Players asked for.", media.players.started);
  scrape.AddCounter("answers_total", "Players that got an answer.", media.players.answered);
  scrape.AddCounter("failed_plays_total", "Players that ended in FAILED.", media.players.failed);
  scrape.AddCounter("lost_sessions_total",
                    "Publishers and players that went with their media node.",
                    media.lost_with_node);
  scrape.AddCounter("orphans_closed_total", "Sessions of an earlier run that were closed.",
                    media.orphans_closed);
  scrape.AddCounter("refused_events_total", "Stream events that did not reach the players.",
                    media.events_refused);
  scrape.AddHistogram("time_to_first_media_seconds", "From the offer to the first packet sent.",
                      media.time_to_first_media);
}

}  // namespace sluice::signalling_gateway
