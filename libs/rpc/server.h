// A daemon's gRPC endpoint: its services, grpc.health.v1 and server reflection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/instant.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace sluice::rpc {

struct ServerOptions {
  int max_message_bytes = 1 << 20;      // of a request; larger: ResourceExhausted
  int max_calls_per_connection = 1000;  // more wait at the client
  size_t max_memory_bytes = 64u << 20;  // buffers of all connections; beyond it reading slows
};

// Belongs to the main loop's thread; gRPC's threads are its own and touch the loop only through
// LoopService (libs/rpc/loop_service.h).
class Server {
 public:
  explicit Server(ServerOptions options = {});
  // Shutdown(0s).
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before Start(). The service must live until Shutdown() has returned.
  void AddService(grpc::Service& service);

  // Listens on `host` ("127.0.0.1", "::1", "0.0.0.0") and `port`, 0 = a free one. Returns the port.
  // Unavailable: the address cannot be had (taken, or not ours). FailedPrecondition: runs already.
  absl::StatusOr<uint16_t> Start(const std::string& host, uint16_t port);

  // What grpc.health.v1 says of every service and of "" from now on; SERVING after Start().
  void SetServing(bool serving);

  // Takes no new calls; those that run have `grace` to end, then are cancelled. Blocks until all
  // have ended: a call whose handler waits for the loop ends by its cancellation, so that it is
  // safe to call this from the loop (with grace 0: nothing can be answered meanwhile). Twice is
  // allowed.
  void Shutdown(Duration grace);

 private:
  ServerOptions options_;
  std::vector<grpc::Service*> services_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace sluice::rpc
