// The HTTP endpoint that Prometheus scrapes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace sluice::metrics {

// Serves GET /metrics (anything else: 404) from threads of its own.
class Endpoint {
 public:
  // address: numeric IPv4 or IPv6; port 0 = chosen. page: called on those threads, two at a time
  // at most; outlives this. Unavailable: the address cannot be listened on (the message names it).
  static absl::StatusOr<std::unique_ptr<Endpoint>> Open(const std::string& address, uint16_t port,
                                                        std::function<std::string()> page);
  // Waits for the answers under way.
  ~Endpoint();

  uint16_t port() const;

 private:
  struct Server;
  explicit Endpoint(std::unique_ptr<Server> server);

  std::unique_ptr<Server> server_;
};

}  // namespace sluice::metrics
