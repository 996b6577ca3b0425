// The RTMP server: its listener, its connections, and what they share.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libs/base/random.h"
#include "libs/daemon/daemon.h"
#include "libs/net/stream_listener.h"
#include "services/ingest/rtmp_connection.h"

namespace sluice::ingest {

// Home loop only.
class Server final : public daemon::Parts {
 public:
  // Opens the listener and the fan-out socket. AlreadyExists: the port is taken; InvalidArgument:
  // not an address.
  static absl::StatusOr<std::unique_ptr<Server>> Open(daemon::Context& context,
                                                      const Config& config);
  ~Server() override;

  // daemon::Parts:
  std::vector<std::string> Listening() const override;
  double Load() const override;
  void Drain(std::function<void()> drained) override;

  uint16_t rtmp_port() const { return listener_->port(); }

 private:
  Server(daemon::Context& context, const Config& config);
  absl::Status Listen();
  void Accept(net::OwnedFd fd, net::SocketAddress peer);
  void OnConnectionClosed(uint64_t number);
  // Makes room among the connections that have said nothing yet.
  void LimitSilent();
  std::unique_ptr<Publisher> TakePublisher(const std::string& name, const RtmpConnection& asking);
  void CheckConnections();
  void CheckDrained();
  void ListPlayers(std::string_view stream_name, v1::ListPlayersResponse& players) const;
  void Collect(metrics::Scrape& scrape) const;

  daemon::Context& context_;
  const Config& config_;
  SystemRandom random_;
  Counters counters_;
  fanout::FanoutServer fanout_server_;
  relay::Publications publications_;
  relay::RelayContext relays_;
  StreamMessages messages_;
  PlayedStreams streams_;
  PublisherContext publishers_;
  ConnectionContext connection_context_;
  std::unique_ptr<net::StreamListener> listener_;
  std::string listening_;
  // Bounded by Config::max_connections.
  std::map<uint64_t, std::unique_ptr<RtmpConnection>> connections_;  // by number
  uint64_t next_number_ = 1;
  std::set<uint64_t> silent_;  // numbers; also of those that have spoken since the last accept
  std::function<void()> drained_;
  loop::Timer second_timer_;
  metrics::RegistrationPtr registration_;
};

}  // namespace sluice::ingest
