// signalling-gateway: the WCS client protocol over WebSocket.
#include "libs/daemon/daemon.h"
#include "services/signalling-gateway/config.h"
#include "services/signalling-gateway/server.h"

int main(int argc, char** argv) {
  using namespace sluice;
  signalling_gateway::Config config;
  return daemon::RunWith(
      argc, argv, {"signalling-gateway", "WCS client protocol over WebSocket"}, config,
      [&](daemon::Context& context) -> absl::StatusOr<std::unique_ptr<daemon::Parts>> {
        return signalling_gateway::Server::Open(context, config);
      });
}
