#include "services/admin/server.h"

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::admin {

namespace {
constexpr size_t kMostConnections = 64;
}  // namespace

absl::StatusOr<std::unique_ptr<daemon::Parts>> Server::Open(daemon::Context& context,
                                                            const Config& config) {
  auto server = std::unique_ptr<Server>(new Server(context, config));
  SLUICE_RETURN_IF_ERROR(server->Listen());
  return server;
}

Server::Server(daemon::Context& context, const Config& config)
    : context_(context), config_(config) {
  registration_ = context.metrics.Collect(context.loop, [this](metrics::Scrape& scrape) {
    scrape.AddCounter("scrape_rounds_total", "Times that all daemons were asked.", rounds_);
    for (const auto& [service, count] : failures_) {
      scrape.AddCounter("scrape_failures_total", "Daemons that did not answer with a page.", count,
                        {{"of", service}});
    }
  });
}

Server::~Server() = default;

absl::Status Server::Listen() {
  http::ServerOptions options;
  options.listeners = {{config_.merged_metrics_address, config_.merged_metrics_port.value}};
  options.max_connections = kMostConnections;
  http::Router router;
  router.Add(
      http::Method::kGet, "/metrics",
      [this](const http::Request&, http::Responder responder) { OnRequest(std::move(responder)); });
  SLUICE_ASSIGN_OR_RETURN(
      http_, http::Server::Start(context_.loop, std::move(options), std::move(router)));
  return absl::OkStatus();
}

std::vector<std::string> Server::Listening() const {
  config::HostPort address{config_.merged_metrics_address, http_->port()};
  return {StrCat("metrics ", address.ToString())};
}

void Server::OnRequest(http::Responder responder) {
  waiting_.push_back(std::move(responder));
  if (waiting_.size() == 1) StartRound();
}

void Server::StartRound() {
  ++rounds_;
  answers_.clear();
  scrapes_.clear();
  std::vector<std::string> addresses;
  std::set<std::string> absent = services_;
  for (const directory::NodePtr& node : context_.directory.ListNodes("")) {
    if (node->host_id() != context_.host_id) continue;
    services_.insert(node->service());
    absent.erase(node->service());
    answers_.push_back({.service = node->service(), .node_id = node->id()});
    addresses.push_back(node->metrics_address());
  }
  missing_ = answers_.size();
  for (const std::string& service : absent) answers_.push_back({.service = service});
  for (size_t i = 0; i < addresses.size(); ++i) {
    scrapes_.push_back(std::make_unique<Scrape>(
        context_.loop, addresses[i], config_.scrape_timeout,
        [this, i](absl::StatusOr<std::string> page) { OnPage(i, std::move(page)); }));
  }
  if (missing_ == 0) FinishRound();
}

void Server::OnPage(size_t index, absl::StatusOr<std::string> page) {
  Answer& answer = answers_[index];
  absl::Status status = page.status();
  if (page.ok()) {
    absl::StatusOr<std::vector<metrics::PageFamily>> families = metrics::ParseExposition(*page);
    status = families.status();
    if (families.ok()) answer.families = *std::move(families);
  }
  if (!status.ok()) {
    ++failures_[answer.service];
    context_.log.WarningLimited("daemon did not answer with its metrics",
                                {{"node", answer.node_id}, {"cause", status}});
  }
  if (--missing_ == 0) FinishRound();
}

void Server::FinishRound() {
  std::string page = MergePages(answers_);
  std::vector<http::Responder> waiting = std::move(waiting_);
  waiting_.clear();
  for (const http::Responder& responder : waiting) {
    http::Response response{.status = 200, .body = page};
    response.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    responder.Send(std::move(response));
  }
}

}  // namespace sluice::admin
