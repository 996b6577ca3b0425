// sluice-admin: the metrics of all daemons of this host on one page.
#include "services/admin/server.h"

int main(int argc, char** argv) {
  sluice::admin::Config config;
  return sluice::daemon::RunWith(argc, argv,
                                 {"admin", "metrics of all daemons of this host on one page"},
                                 config, [&config](sluice::daemon::Context& context) {
                                   return sluice::admin::Server::Open(context, config);
                                 });
}
