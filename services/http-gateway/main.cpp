// http-gateway: console page, WHIP, WHEP and REST.
#include "libs/daemon/daemon.h"
#include "services/http-gateway/config.h"
#include "services/http-gateway/server.h"

int main(int argc, char** argv) {
  using namespace sluice;
  http_gateway::Config config;
  return daemon::RunWith(
      argc, argv, {"http-gateway", "console page, WHIP, WHEP and REST"}, config,
      [&](daemon::Context& context) -> absl::StatusOr<std::unique_ptr<daemon::Parts>> {
        return http_gateway::Server::Open(context, config);
      });
}
