#include "services/ingest/server.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
#include "services/ingest/metrics.h"

namespace sluice::ingest {
namespace {

constexpr char kFanoutSuffix[] = ".fanout";

absl::StatusOr<std::unique_ptr<net::StreamListener>> ListenRtmp(
    loop::EventLoop& loop, const Config& config, const net::StreamListener::OnAccept& on_accept) {
  if (!config.rtmp_address.empty()) {
    SLUICE_ASSIGN_OR_RETURN(net::SocketAddress address,
                            net::SocketAddress::Parse(config.rtmp_address, config.rtmp_port.value));
    return net::StreamListener::ListenTcp(loop, address, on_accept);
  }
  auto any = net::StreamListener::ListenTcp(
      loop, *net::SocketAddress::Parse("::", config.rtmp_port.value), on_accept);
  if (any.ok() || any.status().code() == absl::StatusCode::kAlreadyExists ||
      any.status().code() == absl::StatusCode::kPermissionDenied) {
    return any;
  }
  // A machine without IPv6.
  return net::StreamListener::ListenTcp(
      loop, *net::SocketAddress::Parse("0.0.0.0", config.rtmp_port.value), on_accept);
}

}  // namespace

Server::Server(daemon::Context& context, const Config& config)
    : context_(context),
      config_(config),
      fanout_server_(context.loop, random_),
      publications_(context.loop, fanout_server_, context.rpc),
      relays_{context.loop, context.directory, context.channels, context.node_id, context.host_id},
      streams_(publications_, relays_, messages_, counters_),
      publishers_{context.loop,  context.log, random_,  context.directory,
                  publications_, messages_,   counters_},
      connection_context_{publishers_, streams_, config, context.common.open_publishing, false, {}},
      second_timer_(context.loop, [this] { CheckConnections(); }) {}

std::unique_ptr<Publisher> Server::TakePublisher(const std::string& name,
                                                 const RtmpConnection& asking) {
  for (auto& [number, connection] : connections_) {
    if (connection.get() == &asking) continue;
    if (auto publisher = connection->GiveUpPublisher(name)) return publisher;
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Open(daemon::Context& context,
                                                     const Config& config) {
  std::unique_ptr<Server> server(new Server(context, config));
  SLUICE_RETURN_IF_ERROR(server->Listen());
  return server;
}

absl::Status Server::Listen() {
  SLUICE_RETURN_IF_ERROR(
      fanout_server_.Listen(StrCat(context_.common.run_dir, "/", context_.node_id, kFanoutSuffix)));
  SLUICE_ASSIGN_OR_RETURN(listener_, ListenRtmp(context_.loop, config_,
                                                [this](net::OwnedFd fd, net::SocketAddress peer) {
                                                  Accept(std::move(fd), peer);
                                                }));
  listening_ = StrCat("rtmp ", config_.rtmp_address.empty() ? "*" : config_.rtmp_address, ":",
                      listener_->port());
  connection_context_.take_publisher = [this](const std::string& name,
                                              const RtmpConnection& asking) {
    return TakePublisher(name, asking);
  };
  publications_.OnListPlayers(
      [this](std::string_view stream_name, v1::ListPlayersResponse& players) {
        ListPlayers(stream_name, players);
      });
  registration_ =
      context_.metrics.Collect(context_.loop, [this](metrics::Scrape& scrape) { Collect(scrape); });
  second_timer_.Start(1s, 1s);
  return absl::OkStatus();
}

Server::~Server() {
  for (auto& [number, connection] : connections_) {
    connection->EndPublishers(fanout::EndCause::kNodeDrained, "this server is being stopped");
  }
  connections_.clear();
}

std::vector<std::string> Server::Listening() const { return {listening_}; }

double Server::Load() const {
  return static_cast<double>(connections_.size()) / config_.max_connections;
}

void Server::Accept(net::OwnedFd fd, net::SocketAddress peer) {
  if (connections_.size() >= config_.max_connections) {
    ++counters_.connections_refused;
    context_.log.WarningLimited("connection refused",
                                {{"peer", peer.ToString()}, {"cause", "too many connections"}});
    return;
  }
  LimitSilent();
  ++counters_.connections_accepted;
  uint64_t number = next_number_++;
  silent_.insert(number);
  connections_[number] = std::make_unique<RtmpConnection>(
      connection_context_, std::move(fd), peer, number,
      [this, number](RtmpConnection&) { OnConnectionClosed(number); });
}

void Server::LimitSilent() {
  std::erase_if(silent_, [this](uint64_t number) {
    auto found = connections_.find(number);
    return found == connections_.end() || !found->second->silent();
  });
  if (silent_.size() < config_.max_silent) return;
  auto oldest = connections_.find(*silent_.begin());
  silent_.erase(silent_.begin());
  oldest->second->PushOut();
}

void Server::OnConnectionClosed(uint64_t number) {
  // Not here: it is inside its own callback. The server lives as long as the loop runs.
  context_.loop.Post([this, number] {
    connections_.erase(number);
    silent_.erase(number);
    CheckDrained();
  });
}

void Server::CheckConnections() {
  Instant now = context_.loop.now();
  for (auto& [number, connection] : connections_) connection->CheckTime(now);
}

void Server::Drain(std::function<void()> drained) {
  drained_ = std::move(drained);
  listener_.reset();
  connection_context_.draining = true;
  CheckDrained();
}

void Server::CheckDrained() {
  if (drained_ == nullptr || !connections_.empty()) return;
  std::exchange(drained_, nullptr)();
}

void Server::ListPlayers(std::string_view stream_name, v1::ListPlayersResponse& players) const {
  for (const auto& [number, connection] : connections_) {
    connection->ForEachPlayer([&](const RtmpPlayer& player) {
      const std::string& name = player.request().name;
      if (!stream_name.empty() && name != stream_name) return;
      v1::PlayerStatus& status = *players.add_players();
      status.set_id(player.request().id);
      status.mutable_key()->set_name(name);
      status.set_protocol("rtmp");
      status.set_address(connection->peer());
      int64_t created_ns = absl::ToUnixNanos(player.created());
      status.mutable_created()->set_seconds(created_ns / 1'000'000'000);
      status.mutable_created()->set_nanos(static_cast<int32_t>(created_ns % 1'000'000'000));
      status.set_packets(player.sent_messages());
      status.set_bytes(player.sent_bytes());
      status.set_dropped_packets(player.skipped_messages());
      status.set_state(player.playing() ? "playing" : "pending");
    });
  }
}

void Server::Collect(metrics::Scrape& scrape) const {
  Gauges gauges;
  gauges.connections = connections_.size();
  gauges.played_streams = streams_.size();
  for (const auto& [number, connection] : connections_) {
    gauges.publishers += connection->publisher_count();
    gauges.players += connection->player_count();
    gauges.unsent_bytes += connection->unsent_bytes();
  }
  ingest::Collect(gauges, counters_, fanout_server_.counters(), publications_, scrape);
}

}  // namespace sluice::ingest
