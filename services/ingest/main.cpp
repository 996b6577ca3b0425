// sluice-ingest: RTMP publishers in, publications out; RTMP players.
#include "services/ingest/server.h"

int main(int argc, char** argv) {
  sluice::ingest::Config config;
  return sluice::daemon::RunWith(argc, argv, {"ingest", "RTMP server: publishers and players"},
                                 config,
                                 [&](sluice::daemon::Context& context)
                                     -> absl::StatusOr<std::unique_ptr<sluice::daemon::Parts>> {
                                   return sluice::ingest::Server::Open(context, config);
                                 });
}
