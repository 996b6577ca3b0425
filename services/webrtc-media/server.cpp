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
namespace {

constexpr char kFanoutSuffix[] = ".fanout";

absl::StatusOr<std::vector<media::Codec>> ParseCodecs(const std::vector<std::string>& names) {
  std::vector<media::Codec> codecs;
  for (const std::string& name : names) {
    codecs.push_back(media::CodecFromName(name));
    if (codecs.back() == media::Codec::kUnknown) {
      return absl::InvalidArgumentError(StrCat("webrtc-media.codecs: no codec ", name));
    }
  }
  return codecs;
}

}  // namespace

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

Server::Server(daemon::Context& context, const Config& config)
    : context_(context),
      config_(config),
      fanout_server_(context.loop, random_),
      publications_(context.loop, fanout_server_, context.rpc) {}

absl::Status Server::Start() {
  SLUICE_RETURN_IF_ERROR(
      fanout_server_.Listen(StrCat(context_.common.run_dir, "/", context_.node_id, kFanoutSuffix)));
  SLUICE_ASSIGN_OR_RETURN(auto certificate, MakeIdentity());
  NodeIdentity identity;
  identity.fingerprint = StrCat("sha-256 ", certificate->certificate().fingerprint().ToString());
  SLUICE_ASSIGN_OR_RETURN(identity.advertise, ParseAdvertise(context_.common.advertise));
  SLUICE_ASSIGN_OR_RETURN(auto codec_order, ParseCodecs(config_.codecs));
  publishers_ = std::make_unique<Publishers>(
      Publishers::Settings{.identity = identity,
                           .max_publishers = config_.max_publishers,
                           .grace = config_.publisher_grace,
                           .stop_grace = config_.publisher_stop_grace,
                           .codec_order = std::move(codec_order)},
      relay::ClaimContext{context_.loop, context_.log, random_, context_.directory, publications_},
      watchers_);
  players_ = std::make_unique<Players>(
      Players::Settings{.identity = identity, .max_players = config_.max_players},
      relay::RelayContext{.loop = context_.loop,
                          .directory = context_.directory,
                          .channels = context_.channels,
                          .node_id = context_.node_id,
                          .host_id = context_.host_id,
                          .publications = &publications_},
      context_.log, random_, watchers_);
  SLUICE_RETURN_IF_ERROR(StartWorkers(std::move(certificate)));

  webrtc_ = std::make_unique<WebRtcControl>(context_.loop, *players_, *publishers_, watchers_);
  context_.rpc.AddService(*webrtc_);
  publications_.OnListPlayers([this](std::string_view stream_name, v1::ListPlayersResponse& list) {
    for (v1::PlayerStatus& player : players_->List(std::string(stream_name))) {
      *list.add_players() = std::move(player);
    }
  });
  registration_ = context_.metrics.Collect(context_.loop, [this](metrics::Scrape& scrape) {
    CollectMetrics(scrape, *players_, *publishers_, *pool_);
  });
  return absl::OkStatus();
}

absl::Status Server::StartWorkers(std::shared_ptr<const dtls::ServerContext> identity) {
  const WorkerPool::Settings pool{
      .first_port = config_.first_port.value,
      .port_count = static_cast<uint16_t>(config_.port_count),
      .workers = config_.workers != 0 ? config_.workers
                                      : std::max(1u, std::thread::hardware_concurrency()),
      .ipv6 = config_.ipv6,
      .tcp = config_.tcp,
      .dtls = std::move(identity),
      .ice_timeout = config_.ice_timeout,
      .max_players = size_t{config_.max_players} + config_.max_publishers,
      .srtp_engine = config_.srtp_engine};
  SLUICE_ASSIGN_OR_RETURN(pool_, WorkerPool::Start(pool, context_.loop, random_, *players_));
  players_->SetPool(*pool_);
  publishers_->SetPool(*pool_);
  context_.log.Info("media is encrypted",
                    {{"engine", std::string(pool_->worker(0).srtp_engine())}});
  return absl::OkStatus();
}

std::vector<std::string> Server::Listening() const {
  std::vector<std::string> listening;
  for (size_t i = 0; i < pool_->size(); ++i) {
    const Worker& worker = pool_->worker(i);
    const std::string_view transports = worker.has_tcp() ? "udp+tcp" : "udp";
    listening.push_back(StrCat("webrtc ", transports, " 0.0.0.0:", worker.port()));
    if (worker.has_ipv6()) {
      listening.push_back(StrCat("webrtc ", transports, " [::]:", worker.port()));
    }
  }
  return listening;
}

double Server::Load() const {
  const auto share = [](size_t count, uint32_t most) {
    return static_cast<double>(count) / static_cast<double>(most);
  };
  return std::min(1.0, std::max(share(players_->player_count(), config_.max_players),
                                share(publishers_->publisher_count(), config_.max_publishers)));
}

void Server::Drain(std::function<void()> drained) {
  const auto one_of_two = [drained = std::move(drained), left = std::make_shared<int>(2)] {
    if (--*left == 0) drained();
  };
  publishers_->Drain(one_of_two);
  players_->Drain(one_of_two);
}

}  // namespace sluice::webrtc_media
