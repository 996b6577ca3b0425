// The HTTP endpoint that Prometheus scrapes.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/metrics/registry.h"

namespace sluice::metrics {

// Serves GET /metrics with registry.Page() from a thread of its own.
class Endpoint {
 public:
  // address: numeric; port 0 = chosen. AlreadyExists: the port is taken.
  static absl::StatusOr<std::unique_ptr<Endpoint>> Open(const std::string& address, uint16_t port,
                                                        std::function<std::string()> page);
  ~Endpoint();

  uint16_t port() const;

 private:
  struct Server;
  explicit Endpoint(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace sluice::metrics
