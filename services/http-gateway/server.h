// The daemon's parts: listeners, routes, and what they use.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/daemon/daemon.h"
#include "libs/http/server.h"
#include "services/http-gateway/access.h"
#include "services/http-gateway/config.h"
#include "services/http-gateway/suite_status.h"
#include "services/http-gateway/whep.h"
#include "services/http-gateway/whip.h"

namespace sluice::http_gateway {

class Server final : public daemon::Parts {
 public:
  // Errors: a port is taken, the certificate or the password file cannot be used.
  static absl::StatusOr<std::unique_ptr<Server>> Open(daemon::Context& context,
                                                      const Config& config);

  std::vector<std::string> Listening() const override { return listening_; }
  double Load() const override;
  void Drain(std::function<void()> drained) override;

 private:
  Server(daemon::Context& context, const Config& config, std::optional<std::string> password,
         std::string ice_links);
  absl::Status Listen(const Config& config);
  void Collect(metrics::Scrape& scrape) const;

  daemon::Context& context_;
  size_t max_connections_;
  SystemRandom random_;
  Access access_;
  SuiteStatus suite_;
  EndpointContext endpoints_;
  Whip whip_;
  Whep whep_;
  std::unique_ptr<http::Server> http_;
  std::vector<std::string> listening_;
  metrics::RegistrationPtr registration_;
};

}  // namespace sluice::http_gateway
