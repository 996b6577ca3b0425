#include "libs/daemon/running.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/unit/daemon/temporary_folder.h"

namespace sluice::daemon {
namespace {

// A daemon without etcd (nobody listens there), all ports chosen, that asks itself to stop.
struct Fixture {
  Fixture() {
    BlockStopSignals();
    setup.service = {"transcoder", "a test"};
    setup.version = "1.2.3";
    setup.common.run_dir = folder.path();
    setup.common.node_name = "n";
    setup.common.log_level = log::Level::kError;
    setup.common.directory = {{"127.0.0.1", 1}};
    setup.common.drain_timeout = 60s;
  }
  std::string ready_path() const { return folder.path() + "/transcoder.ready"; }

  TemporaryFolder folder;
  Setup setup;
  std::vector<std::string> events;
};

enum class OnDrain { kDone, kSignalAgain, kNothing };

// Tells what it is asked.
class TestParts final : public Parts {
 public:
  TestParts(Context& context, Fixture& fixture, OnDrain on_drain)
      : fixture_(fixture),
        on_drain_(on_drain),
        first_turn_(context.loop, [this] { OnFirstTurn(); }) {
    fixture_.events.push_back(context.node_id);
    first_turn_.Start(0s);
  }
  ~TestParts() override { fixture_.events.push_back("destroyed"); }
  std::vector<std::string> Listening() const override { return {"none"}; }
  double Load() const override { return 0.25; }
  void Drain(std::function<void()> drained) override {
    fixture_.events.push_back("drain");
    if (on_drain_ == OnDrain::kDone) drained();
    if (on_drain_ == OnDrain::kSignalAgain) kill(getpid(), SIGINT);
  }

 private:
  void OnFirstTurn() {
    if (!std::filesystem::exists(fixture_.ready_path())) return;
    fixture_.events.push_back("ready");
    kill(getpid(), SIGTERM);
  }

  Fixture& fixture_;
  OnDrain on_drain_;
  loop::Timer first_turn_;
};

PartsFactory Make(Fixture& fixture, OnDrain on_drain) {
  return [&fixture, on_drain](Context& context) -> absl::StatusOr<std::unique_ptr<Parts>> {
    return std::make_unique<TestParts>(context, fixture, on_drain);
  };
}

TEST_CASE("a daemon is ready without etcd, drains at SIGTERM, and takes its ready file away") {
  Fixture fixture;
  Running running(fixture.setup);
  CHECK(running.Run(Make(fixture, OnDrain::kDone)).ok());
  CHECK(fixture.events == std::vector<std::string>{"transcoder-n", "ready", "drain", "destroyed"});
}

TEST_CASE("the ready file goes with the daemon") {
  Fixture fixture;
  {
    Running running(fixture.setup);
    CHECK(running.Run(Make(fixture, OnDrain::kDone)).ok());
  }
  CHECK_FALSE(std::filesystem::exists(fixture.ready_path()));
}

TEST_CASE("a second signal ends a drain that is not through") {
  Fixture fixture;
  Running running(fixture.setup);
  CHECK(running.Run(Make(fixture, OnDrain::kSignalAgain)).ok());
  CHECK(fixture.events.back() == "destroyed");
}

TEST_CASE("a drain that is not through ends after drain_timeout") {
  Fixture fixture;
  fixture.setup.common.drain_timeout = 1ms;
  Running running(fixture.setup);
  CHECK(running.Run(Make(fixture, OnDrain::kNothing)).ok());
  CHECK(fixture.events.back() == "destroyed");
}

TEST_CASE("parts that cannot be made end the daemon with their reason") {
  Fixture fixture;
  fixture.setup.common.log_level = log::Level::kError;
  Running running(fixture.setup);
  absl::Status status = running.Run([](Context&) -> absl::StatusOr<std::unique_ptr<Parts>> {
    return absl::AlreadyExistsError("port 1935 is taken");
  });
  CHECK(absl::IsAlreadyExists(status));
  CHECK_FALSE(std::filesystem::exists(fixture.ready_path()));
}

TEST_CASE("a metrics port that is taken ends the daemon and its parts") {
  Fixture fixture;
  auto taken = metrics::Endpoint::Open("127.0.0.1", 0, [] { return std::string(); });
  REQUIRE(taken.ok());
  fixture.setup.endpoints.metrics_port.value = (*taken)->port();
  Running running(fixture.setup);
  CHECK(absl::IsUnavailable(running.Run(Make(fixture, OnDrain::kDone))));
  CHECK(fixture.events == std::vector<std::string>{"transcoder-n", "destroyed"});
}

}  // namespace
}  // namespace sluice::daemon
