// What all daemons share, so that a main.cpp is its parts and nothing else: flags, configuration,
// log, signals, gRPC, directory, metrics, readiness, drain.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/config/configuration.h"
#include "libs/daemon/common_config.h"
#include "libs/directory/directory.h"
#include "libs/log/logger.h"
#include "libs/loop/event_loop.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/channel_pool.h"
#include "libs/rpc/server.h"

namespace sluice::daemon {

// What a daemon's parts may use. All of it outlives them; the loop is the main (home) loop.
struct Context {
  const CommonConfig& common;
  loop::EventLoop& loop;
  log::Logger& log;
  metrics::Registry& metrics;
  rpc::Server& rpc;  // add services in the factory; it starts to listen afterwards
  rpc::ChannelPool& channels;
  directory::Directory& directory;
  std::string node_id;      // "<service>-<node_name>": the same after a restart
  std::string host_id;      // equal on nodes that can share Unix sockets
  std::string incarnation;  // 128 random bits, new for every start
};

// One daemon's own logic. Lives on the main loop.
class Parts {
 public:
  // On the main loop's thread after the loop has ended, gRPC is shut down by then. Workers' threads
  // end here; what is posted to the main loop now is not run any more.
  virtual ~Parts() = default;
  // Each listener for people and the ready file, "rtmp 0.0.0.0:1935".
  virtual std::vector<std::string> Listening() const = 0;
  // 0 idle .. 1 full, for the choice of a node; asked once a second.
  virtual double Load() const = 0;
  // Takes no new work from now on; calls `drained` once, when the last session has ended (at once
  // if there is none). Not waited for longer than drain_timeout.
  virtual void Drain(std::function<void()> drained) = 0;
};

// What main.cpp says about its service.
struct Service {
  std::string name;   // as in the design, "webrtc-media"; also its section in the file
  std::string about;  // one line for --help
};

using PartsFactory = std::function<absl::StatusOr<std::unique_ptr<Parts>>(Context&)>;

// The services of the suite: the sections that may stand in the file beside `common`.
std::vector<std::string> ServiceNames();

// Everything from flags to exit. Returns the exit code: 0 after SIGTERM/SIGINT, 1 when it could not
// start (the reason is on stderr), 2 for wrong flags or configuration.
//
//   --config FILE --check-config --print-config --docs --version --help
//
// describe binds the service's own section (grpc_port and metrics_port are added to it). make is
// called once on the running main loop when configuration and log are there; it opens the listeners
// and adds gRPC services. Then gRPC starts, the node is entered into the directory as READY, and
// <run_dir>/<service>.ready is written (libs/daemon/ready_file.h); it is removed at the end. A
// daemon is ready without etcd: the directory connects behind it.
//
// SIGTERM or SIGINT: the node says DRAINING, Parts::Drain is called; when it is through, or after
// drain_timeout, or at a second signal, gRPC is shut
// down, the directory is left, the loop ends and the parts are destroyed.
int Run(int argc, char** argv, const Service& service,
        std::function<void(config::Section&)> describe, PartsFactory make);

// The same for a struct with Describe().
template <typename Config>
int RunWith(int argc, char** argv, const Service& service, Config& config, PartsFactory make) {
  return Run(
      argc, argv, service, [&config](config::Section& section) { config.Describe(section); },
      std::move(make));
}

}  // namespace sluice::daemon
