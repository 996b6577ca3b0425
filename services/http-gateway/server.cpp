#include "services/http-gateway/server.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/http-gateway/api.h"
#include "services/http-gateway/console.h"
#include "services/http-gateway/ice_servers.h"
#include "services/http-gateway/layers.h"
#include "services/http-gateway/rest.h"

namespace sluice::http_gateway {
namespace {

void CollectEndpoint(metrics::Scrape& scrape, const std::string& protocol,
                     const EndpointCounters& counters) {
  const auto add = [&](const char* name, const char* help, uint64_t count) {
    scrape.AddCounter(StrCat(protocol, "_", name), help, count);
  };
  add("offers_total", "Offers by POST.", counters.offers);
  add(protocol == "whip" ? "publishers_total" : "players_total", "Sessions made.", counters.made);
  add("refused_total", "Offers answered with 4xx.", counters.refused);
  add("failed_total", "Offers answered with 5xx.", counters.failed);
  add("patched_total", "Trickled fragments and ICE restarts taken.", counters.patched);
  add("closed_total", "Sessions ended by DELETE.", counters.closed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Open(daemon::Context& context,
                                                     const Config& config) {
  SLUICE_ASSIGN_OR_RETURN(std::optional<std::string> password,
                          ReadPassword(context.common.admin_password_file));
  SLUICE_ASSIGN_OR_RETURN(std::string ice_links, IceServerLinks(config.ice_servers));
  std::unique_ptr<Server> server(
      new Server(context, config, std::move(password), std::move(ice_links)));
  SLUICE_RETURN_IF_ERROR(server->Listen(config));
  return server;
}

Server::Server(daemon::Context& context, const Config& config, std::optional<std::string> password,
               std::string ice_links)
    : context_(context),
      max_connections_(config.max_connections),
      access_(std::move(password), context.log),
      suite_(context.loop, context.directory, context.channels),
      endpoints_{{.node_id = context.node_id,
                  .call_timeout = config.call_timeout,
                  .ice_links = std::move(ice_links)},
                 context.directory,
                 context.channels,
                 random_,
                 context.log},
      whip_(context.common.open_publishing, endpoints_),
      whep_(endpoints_) {}

absl::Status Server::Listen(const Config& config) {
  http::Router router;
  whip_.AddRoutes(router);
  whep_.AddRoutes(router);
  AddLayerRoutes(router, context_.directory, context_.channels);
  AddConsoleRoutes(router, suite_, context_.directory, context_.common.open_publishing);
  AddRestRoutes(router, access_, suite_, config.rest_allow_origin);
  AddApiRoutes(router, access_, suite_, context_.directory);
  AddHealthRoutes(router, context_.directory);

  http::ServerOptions options{.max_connections = config.max_connections,
                              .request_timeout = config.request_timeout};
  options.on_refused = [this](const http::Refused& refused) {
    context_.log.WarningLimited("client refused", {{"peer", refused.peer},
                                                   {"cause", http::RefusalName(refused.reason)},
                                                   {"status", refused.status},
                                                   {"request", refused.what}});
  };
  options.listeners.push_back({config.http_address, config.http_port.value, std::nullopt});
  if (!context_.common.tls_certificate.empty()) {
    options.listeners.push_back(
        {config.http_address, config.https_port.value,
         http::TlsFiles{context_.common.tls_certificate, context_.common.tls_private_key}});
  }
  SLUICE_ASSIGN_OR_RETURN(http_, http::Server::Start(context_.loop, options, std::move(router)));
  std::string host = config.http_address.empty() ? "0.0.0.0" : config.http_address;
  for (size_t i = 0; i < options.listeners.size(); ++i) {
    listening_.push_back(StrCat(i == 0 ? "http " : "https ", host, ":", http_->port(i)));
  }
  registration_ =
      context_.metrics.Collect(context_.loop, [this](metrics::Scrape& scrape) { Collect(scrape); });
  return absl::OkStatus();
}

double Server::Load() const {
  return static_cast<double>(http_->counters().connections) / static_cast<double>(max_connections_);
}

void Server::Drain(std::function<void()> drained) {
  whip_.Drain();
  whep_.Drain();
  // Requests are short; sessions live on the media nodes and do not need this gateway.
  context_.loop.Post(std::move(drained));
}

void Server::Collect(metrics::Scrape& scrape) const {
  const http::ServerCounters& http = http_->counters();
  scrape.AddCounter("requests_total", "HTTP requests read.", http.requests);
  for (size_t kind = 0; kind < http::kRefusalKinds; ++kind) {
    auto refusal = static_cast<http::Refusal>(kind);
    scrape.AddCounter("refused_total", "Connections and requests refused.", http.refused(refusal),
                      {{"reason", std::string(http::RefusalName(refusal))}});
  }
  scrape.AddGauge("connections", "Open HTTP connections.", static_cast<double>(http.connections));
  CollectEndpoint(scrape, "whip", whip_.counters());
  CollectEndpoint(scrape, "whep", whep_.counters());
}

}  // namespace sluice::http_gateway
