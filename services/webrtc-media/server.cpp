#include "services/webrtc-media/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "services/webrtc-media/candidates.h"
#include "services/webrtc-media/metrics.h"

namespace sluice::webrtc_media {

absl::StatusOr<std::unique_ptr<daemon::Parts>> Server::Open(daemon::Context& context,
                                                            const Config& config) {
  std::unique_ptr<Server> server(new Server(context, config));
  SLUICE_RETURN_IF_ERROR(server->Start());
  return server;
}

absl::StatusOr<std::shared_ptr<const dtls::ServerContext>> Server::MakeIdentity() {
  SLUICE_ASSIGN_OR_RETURN(auto certificate, dtls::Certificate::MakeSelfSigned(absl::Now()));
  return dtls::ServerContext::Make(std::move(certificate));
}

absl::Status Server::Start() {
  SLUICE_ASSIGN_OR_RETURN(auto identity, MakeIdentity());
  Players::Settings settings;
  settings.fingerprint = StrCat("sha-256 ", identity->certificate().fingerprint().ToString());
  settings.max_players = config_.max_players;
  SLUICE_ASSIGN_OR_RETURN(settings.advertise, ParseAdvertise(context_.common.advertise));
  players_ = std::make_unique<Players>(std::move(settings),
                                       relay::RelayContext{.loop = context_.loop,
                                                           .directory = context_.directory,
                                                           .channels = context_.channels,
                                                           .node_id = context_.node_id,
                                                           .host_id = context_.host_id},
                                       context_.log, random_);
  const WorkerPool::Settings pool{
      .first_port = config_.first_port.value,
      .port_count = static_cast<uint16_t>(config_.port_count),
      .workers = config_.workers != 0 ? config_.workers
                                      : std::max(1u, std::thread::hardware_concurrency()),
      .ipv6 = config_.ipv6,
      .dtls = identity,
      .ice_timeout = config_.ice_timeout,
      .max_players = config_.max_players,
      .srtp_engine = config_.srtp_engine};
  SLUICE_ASSIGN_OR_RETURN(pool_, WorkerPool::Start(pool, context_.loop, random_, *players_));
  players_->SetPool(*pool_);
  context_.log.Info("media is encrypted",
                    {{"engine", std::string(pool_->worker(0).srtp_engine())}});

  webrtc_ = std::make_unique<WebRtcControl>(context_.loop, *players_);
  status_ = std::make_unique<StatusControl>(context_.loop, *players_);
  context_.rpc.AddService(*webrtc_);
  context_.rpc.AddService(*status_);
  registration_ = context_.metrics.Collect(context_.loop, [this](metrics::Scrape& scrape) {
    CollectMetrics(scrape, *players_, *pool_);
  });
  return absl::OkStatus();
}

std::vector<std::string> Server::Listening() const {
  std::vector<std::string> listening;
  for (size_t i = 0; i < pool_->size(); ++i) {
    const Worker& worker = pool_->worker(i);
    listening.push_back(StrCat("webrtc udp 0.0.0.0:", worker.port()));
    if (worker.has_ipv6()) listening.push_back(StrCat("webrtc udp [::]:", worker.port()));
  }
  return listening;
}

double Server::Load() const {
  return std::min(1.0, static_cast<double>(players_->player_count()) /
                           static_cast<double>(config_.max_players));
}

}  // namespace sluice::webrtc_media
