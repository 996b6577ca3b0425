#include "libs/daemon/flags.h"

#include "libs/base/text.h"
#include "libs/config/nearest.h"

namespace sluice::daemon {
namespace {

struct ActionFlag {
  const char* name;
  Flags::Action action;
  const char* doc;
};

constexpr ActionFlag kActions[] = {
    {"--check-config", Flags::Action::kCheckConfig, "check the configuration and end (0 or 2)"},
    {"--print-config", Flags::Action::kPrintConfig, "print the configuration in effect and end"},
    {"--docs", Flags::Action::kDocs, "print the description of all keys as Markdown and end"},
    {"--version", Flags::Action::kVersion, "print the version and end"},
    {"--help", Flags::Action::kHelp, "print this and end"},
};

constexpr std::string_view kConfig = "--config";

absl::Status Unknown(const std::string& argument) {
  std::vector<std::string> known = {std::string(kConfig)};
  for (const ActionFlag& flag : kActions) known.emplace_back(flag.name);
  std::string name = argument.substr(0, argument.find('='));
  return absl::InvalidArgumentError(
      StrCat("unknown flag ", argument, config::DidYouMean(name, known)));
}

bool TakeAction(const std::string& argument, Flags& flags) {
  for (const ActionFlag& flag : kActions) {
    if (argument != flag.name) continue;
    flags.action = flag.action;
    return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Flags> ParseFlags(const std::vector<std::string>& arguments) {
  Flags flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (TakeAction(argument, flags)) continue;
    if (argument == kConfig && i + 1 < arguments.size()) {
      flags.config_file = arguments[++i];
    } else if (argument.starts_with(StrCat(kConfig, "="))) {
      flags.config_file = argument.substr(kConfig.size() + 1);
    } else if (argument == kConfig) {
      return absl::InvalidArgumentError("--config needs a file name");
    } else {
      return Unknown(argument);
    }
  }
  return flags;
}

std::string HelpText(const std::string& service, const std::string& about) {
  std::string out = StrCat("sluice-", service, ": ", about, "\n\n  --config FILE",
                           "   the suite's YAML file; without it all defaults\n");
  for (const ActionFlag& flag : kActions) {
    std::string name = flag.name;
    name.resize(15, ' ');
    out.append(StrCat("  ", name, " ", flag.doc, "\n"));
  }
  return out.append("\nSLUICE_<SECTION>_<KEY> in the environment overrides the file.\n");
}

}  // namespace sluice::daemon
