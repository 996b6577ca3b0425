// One daemon from its configuration to its end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/daemon/daemon.h"
#include "libs/daemon/ready_file.h"
#include "libs/daemon/signals.h"
#include "libs/directory/etcd_directory.h"
#include "libs/loop/timer.h"
#include "libs/metrics/endpoint.h"

namespace sluice::daemon {

// What a daemon was told about itself.
struct Setup {
  Service service;
  CommonConfig common;
  EndpointConfig endpoints;
  std::string version;
};

// Made and run on the thread that becomes the main loop's.
class Running {
 public:
  explicit Running(const Setup& setup);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Makes the parts, listens, says that it is ready; then runs until asked to stop. An error means
  // that it could not start; what had been opened is closed again.
  absl::Status Run(const PartsFactory& make);

 private:
  enum class Stage { kRunning, kDraining, kStopping };

  absl::Status Start(const PartsFactory& make);
  absl::Status OpenEndpoints();
  absl::Status SayReady();
  void OnSignal();
  void Drain();
  // Ends gRPC, leaves the directory, then the loop.
  void Stop();
  std::string ControlAddress(uint16_t port) const;

  const Setup& setup_;
  log::Logger log_;
  loop::EventLoop loop_;
  metrics::Registry registry_;
  rpc::ChannelPool channels_;
  rpc::Server rpc_;
  std::string node_id_;
  ReadyFile ready_file_;
  v1::Node node_;
  directory::EtcdDirectory directory_;
  Context context_;
  std::vector<metrics::RegistrationPtr> registrations_;
  std::unique_ptr<metrics::Endpoint> metrics_;
  std::unique_ptr<Parts> parts_;
  StopSignals signals_;
  loop::Timer load_timer_;
  loop::Timer drain_timer_;
  Stage stage_ = Stage::kRunning;
};

}  // namespace sluice::daemon
