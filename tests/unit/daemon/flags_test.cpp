#include "libs/daemon/flags.h"

#include <catch2/catch.hpp>

namespace sluice::daemon {
namespace {

TEST_CASE("the configuration file is given in either form") {
  CHECK(ParseFlags({"--config", "a.yaml"})->config_file == "a.yaml");
  CHECK(ParseFlags({"--config=a.yaml"})->config_file == "a.yaml");
  CHECK(ParseFlags({})->config_file.empty());
}

TEST_CASE("without an action the daemon runs; of several actions the last counts") {
  CHECK(ParseFlags({"--config=a"})->action == Flags::Action::kRun);
  CHECK(ParseFlags({"--check-config"})->action == Flags::Action::kCheckConfig);
  CHECK(ParseFlags({"--help", "--print-config"})->action == Flags::Action::kPrintConfig);
  CHECK(ParseFlags({"--docs"})->action == Flags::Action::kDocs);
  CHECK(ParseFlags({"--version"})->action == Flags::Action::kVersion);
}

TEST_CASE("an unknown flag is refused with the nearest one") {
  CHECK(std::string(ParseFlags({"--confg=a"}).status().message()) ==
        "unknown flag --confg=a; did you mean --config?");
  CHECK(std::string(ParseFlags({"--verson"}).status().message()) ==
        "unknown flag --verson; did you mean --version?");
  CHECK(std::string(ParseFlags({"file.yaml"}).status().message()) == "unknown flag file.yaml");
}

TEST_CASE("--config needs a file name") {
  CHECK(absl::IsInvalidArgument(ParseFlags({"--config"}).status()));
}

TEST_CASE("the help names every flag") {
  std::string help = HelpText("ingest", "RTMP server");
  for (const char* text : {"sluice-ingest: RTMP server", "--config", "--check-config",
                           "--print-config", "--docs", "--version", "--help"}) {
    CHECK(help.find(text) != std::string::npos);
  }
}

}  // namespace
}  // namespace sluice::daemon
