#include "libs/daemon/running.h"

#include "libs/base/random.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/config/values.h"
#include "libs/daemon/process.h"
#include "libs/metrics/process.h"

namespace sluice::daemon {
namespace {

constexpr int kIncarnationBytes = 16;

std::string Join(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out.append(out.empty() ? "" : ", ").append(item);
  return out;
}

v1::Node MakeNode(const Setup& setup, const std::string& node_id) {
  SystemRandom random;
  v1::Node node;
  node.set_id(node_id);
  node.set_service(setup.service.name);
  node.set_incarnation(random.NextHex(kIncarnationBytes));
  node.set_state(v1::NODE_STATE_STARTING);
  node.set_host_id(HostId(setup.common.run_dir));
  node.set_version(setup.version);
  return node;
}

directory::EtcdOptions DirectoryOptions(const Setup& setup, const std::string& node_id,
                                        log::Logger& log) {
  directory::EtcdOptions options;
  for (const config::HostPort& endpoint : setup.common.directory) {
    options.endpoints.push_back(endpoint.ToString());
  }
  options.lease_file = StrCat(setup.common.run_dir, "/", node_id, ".lease");
  options.on_connection = [&log](const absl::Status& status) {
    if (status.ok()) return log.Info("directory is there");
    log.WarningLimited("directory is away, what runs goes on", {{"cause", status}});
  };
  return options;
}

void CollectDirectory(metrics::Scrape& scrape, const directory::EtcdDirectory& directory) {
  const directory::DirectoryCounters& counters = directory.counters();
  scrape.AddGauge("sluice_directory_connected", "1 while the directory answers.",
                  directory.connected() ? 1 : 0);
  scrape.AddCounter("sluice_directory_failures_total",
                    "Connections to the directory that failed, attempts included.",
                    static_cast<double>(counters.failures));
  scrape.AddCounter("sluice_directory_leases_total", "Leases had from the directory.",
                    counters.leases);
  scrape.AddCounter("sluice_directory_claims_lost_total", "Stream names lost to another node.",
                    counters.claims_lost);
}

}  // namespace

Running::Running(const Setup& setup)
    : setup_(setup),
      log_({.service = setup.service.name,
            .level = setup.common.log_level,
            .format = setup.common.log_format}),
      registry_(setup.service.name),
      channels_(loop_),
      node_id_(StrCat(setup.service.name, "-", NodeName(setup.common.node_name))),
      ready_file_(setup.common.run_dir, setup.service.name),
      node_(MakeNode(setup, node_id_)),
      directory_(channels_, DirectoryOptions(setup, node_id_, log_), node_),
      context_{.common = setup.common,
               .loop = loop_,
               .log = log_,
               .metrics = registry_,
               .rpc = rpc_,
               .channels = channels_,
               .directory = directory_,
               .node_id = node_id_,
               .host_id = node_.host_id(),
               .incarnation = node_.incarnation()},
      signals_(loop_, [this] { OnSignal(); }),
      load_timer_(loop_, [this] { directory_.SetLoad(parts_->Load()); }),
      drain_timer_(loop_, [this] {
        log_.Warning("drain time is over, ending what is left");
        Stop();
      }) {}

Running::~Running() = default;

absl::Status Running::Run(const PartsFactory& make) {
  absl::Status started;
  loop_.Post([&] {
    started = Start(make);
    if (started.ok()) return;
    log_.Error("cannot start", {{"cause", started}});
    Stop();
  });
  loop_.Run();
  // Only now: an HTTP server cannot go while its loop runs.
  parts_.reset();
  registrations_.clear();
  log_.Info("ended");
  return started;
}

absl::Status Running::Start(const PartsFactory& make) {
  directory_.Start();
  registrations_.push_back(metrics::CollectProcess(registry_, loop_, setup_.version));
  registrations_.push_back(metrics::CollectLoopDelay(registry_, loop_, "main"));
  registrations_.push_back(registry_.Collect(
      loop_, [this](metrics::Scrape& scrape) { CollectDirectory(scrape, directory_); }));
  SLUICE_ASSIGN_OR_RETURN(parts_, make(context_));
  SLUICE_RETURN_IF_ERROR(OpenEndpoints());
  SLUICE_RETURN_IF_ERROR(SayReady());
  load_timer_.Start(1s, 1s);
  return absl::OkStatus();
}

absl::Status Running::OpenEndpoints() {
  const std::string& address = setup_.common.control_address;
  SLUICE_ASSIGN_OR_RETURN(uint16_t grpc_port,
                          rpc_.Start(address, setup_.endpoints.grpc_port.value));
  node_.set_grpc_address(ControlAddress(grpc_port));
  SLUICE_ASSIGN_OR_RETURN(metrics_,
                          metrics::Endpoint::Open(address, setup_.endpoints.metrics_port.value,
                                                  [this] { return registry_.Page(); }));
  node_.set_metrics_address(ControlAddress(metrics_->port()));
  return absl::OkStatus();
}

absl::Status Running::SayReady() {
  std::vector<std::string> listen = parts_->Listening();
  node_.mutable_listen()->Assign(listen.begin(), listen.end());
  node_.set_load(parts_->Load());
  node_.set_state(v1::NODE_STATE_READY);
  directory_.SetNode(node_);
  log_.Info("ready", {{"node", node_id_},
                      {"listen", Join(listen)},
                      {"grpc", node_.grpc_address()},
                      {"metrics", node_.metrics_address()},
                      {"version", setup_.version}});
  return ready_file_.Write({.service = setup_.service.name,
                            .node_id = node_id_,
                            .grpc = node_.grpc_address(),
                            .metrics = node_.metrics_address(),
                            .listen = listen});
}

std::string Running::ControlAddress(uint16_t port) const {
  return config::HostPort{setup_.common.control_address, port}.ToString();
}

void Running::OnSignal() {
  switch (stage_) {
    case Stage::kRunning:
      return Drain();
    case Stage::kDraining:
      log_.Warning("asked to stop again, ending at once");
      return Stop();
    case Stage::kStopping:
      return;
  }
}

void Running::Drain() {
  if (parts_ == nullptr) return Stop();
  stage_ = Stage::kDraining;
  log_.Info("draining", {{"timeout", config::FormatDuration(setup_.common.drain_timeout)}});
  directory_.SetState(v1::NODE_STATE_DRAINING);
  rpc_.SetServing(false);
  drain_timer_.Start(setup_.common.drain_timeout);
  // Posted: the parts may say so from inside their own call.
  parts_->Drain([this] { loop_.Post([this] { Stop(); }); });
}

void Running::Stop() {
  if (stage_ == Stage::kStopping) return;
  stage_ = Stage::kStopping;
  load_timer_.Stop();
  drain_timer_.Stop();
  rpc_.Shutdown(0s);
  directory_.Stop([this] { loop_.Stop(); });
}

}  // namespace sluice::daemon
