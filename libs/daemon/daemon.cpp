#include "libs/daemon/daemon.h"

#include <cstdio>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/daemon/flags.h"
#include "libs/daemon/process.h"
#include "libs/daemon/running.h"

namespace sluice::daemon {
namespace {

constexpr int kCouldNotStart = 1;
constexpr int kBadUse = 2;
constexpr uint64_t kFewFiles = 4096;

void Print(std::FILE* to, const std::string& text) { std::fputs(text.c_str(), to); }

int BadUse(const absl::Status& status) {
  Print(stderr, StrCat(ToStd(status.message()), "\n"));
  return kBadUse;
}

// The service's own keys, followed by those that every service has.
struct ServiceSection {
  std::function<void(config::Section&)> describe;
  EndpointConfig& endpoints;

  void Describe(config::Section& section) {
    describe(section);
    endpoints.Describe(section);
  }
};

absl::Status Load(config::Configuration& configuration, const Flags& flags) {
  if (!flags.config_file.empty()) SLUICE_RETURN_IF_ERROR(configuration.Load(flags.config_file));
  return configuration.ApplyEnvironment(Environment());
}

int RunDaemon(const Setup& setup, const PartsFactory& make) {
  uint64_t most_files = PrepareProcess();
  BlockStopSignals();
  if (absl::Status made = MakeFolder(setup.common.run_dir); !made.ok()) {
    Print(stderr, StrCat(ToStd(made.message()), " (common.run_dir)\n"));
    return kCouldNotStart;
  }
  if (most_files < kFewFiles) {
    Print(stderr, StrCat("only ", most_files, " files may be open (ulimit -n), ", kFewFiles,
                         " are advised\n"));
  }
  Running running(setup);
  return running.Run(make).ok() ? 0 : kCouldNotStart;
}

}  // namespace

std::vector<std::string> ServiceNames() {
  return {"signalling-gateway", "http-gateway", "webrtc-media", "ingest", "sip-gateway",
          "hls-packager",       "transcoder",   "cdn-relay",    "admin",  "jmx-bridge"};
}

int Run(int argc, char** argv, const Service& service,
        std::function<void(config::Section&)> describe, PartsFactory make) {
  absl::StatusOr<Flags> flags = ParseFlags({argv + 1, argv + argc});
  if (!flags.ok()) return BadUse(flags.status());
  Setup setup{.service = service, .version = SLUICE_VERSION};
  ServiceSection section{std::move(describe), setup.endpoints};
  config::Configuration configuration(ServiceNames());
  configuration.Add("common", "What every daemon of the suite reads.", setup.common);
  configuration.Add(service.name, service.about, section);
  switch (flags->action) {
    case Flags::Action::kHelp:
      Print(stdout, HelpText(service.name, service.about));
      return 0;
    case Flags::Action::kVersion:
      Print(stdout, StrCat("sluice-", service.name, " ", setup.version, "\n"));
      return 0;
    case Flags::Action::kDocs:
      Print(stdout, configuration.Documentation());
      return 0;
    case Flags::Action::kRun:
    case Flags::Action::kCheckConfig:
    case Flags::Action::kPrintConfig:
      break;
  }
  if (absl::Status loaded = Load(configuration, *flags); !loaded.ok()) return BadUse(loaded);
  if (flags->action == Flags::Action::kPrintConfig) Print(stdout, configuration.Print());
  if (flags->action != Flags::Action::kRun) return 0;
  return RunDaemon(setup, make);
}

}  // namespace sluice::daemon
