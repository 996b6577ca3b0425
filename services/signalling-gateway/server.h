// The daemon's parts: WebSocket listeners, clients, their publishers and players.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/daemon/daemon.h"
#include "libs/http/server.h"
#include "services/signalling-gateway/client_connection.h"
#include "services/signalling-gateway/config.h"
#include "services/signalling-gateway/media_sessions.h"

namespace sluice::signalling_gateway {

class Server final : public daemon::Parts {
 public:
  // Errors: a port is taken, or the certificate files cannot be used.
  static absl::StatusOr<std::unique_ptr<Server>> Open(daemon::Context& context,
                                                      const Config& config);

  std::vector<std::string> Listening() const override { return listening_; }
  double Load() const override;
  void Drain(std::function<void()> drained) override;

 private:
  Server(daemon::Context& context, const Config& config);
  absl::Status Listen(const Config& config);
  std::unique_ptr<http::WebSocketUser> Accept(http::WebSocket& socket);
  void OnClientGone();
  void Collect(metrics::Scrape& scrape) const;
  void CollectMedia(metrics::Scrape& scrape) const;

  daemon::Context& context_;
  uint32_t max_clients_;
  SystemRandom random_;
  MediaSessions media_;
  Shared shared_;
  uint32_t clients_ = 0;
  uint64_t refused_clients_ = 0;
  std::function<void()> drained_;  // set: draining
  std::vector<std::string> listening_;
  metrics::RegistrationPtr registration_;
  std::unique_ptr<http::Server> http_;  // goes first: clients use all of the above
};

}  // namespace sluice::signalling_gateway
