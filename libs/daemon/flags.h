// The command line, equal for all daemons.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::daemon {

struct Flags {
  enum class Action { kRun, kHelp, kVersion, kCheckConfig, kPrintConfig, kDocs };
  Action action = Action::kRun;
  std::string config_file;  // empty = defaults and environment only
};

// arguments: without the program's name. "--config FILE" and "--config=FILE"; of several actions
// the last counts. InvalidArgument: what is unknown, with the nearest known flag.
absl::StatusOr<Flags> ParseFlags(const std::vector<std::string>& arguments);

// The text of --help.
std::string HelpText(const std::string& service, const std::string& about);

}  // namespace sluice::daemon
