#include "libs/metrics/process.h"

#include <catch2/catch.hpp>

#include "tests/unit/metrics/running_loop.h"

namespace sluice::metrics {
namespace {

// The value of the sample that begins with `name{`, -1 if there is none.
double Value(const std::string& page, const std::string& name) {
  size_t start = page.find("\n" + name + "{");
  if (start == std::string::npos) return -1;
  return std::stod(page.substr(page.find("} ", start) + 2));
}

TEST_CASE("a daemon tells memory, processor time, files, threads, uptime and build") {
  RunningLoop runner;
  Registry registry("x");
  RegistrationPtr process;
  RegistrationPtr delay;
  runner.Do([&] {
    process = CollectProcess(registry, runner.loop(), "1.2.3");
    delay = CollectLoopDelay(registry, runner.loop(), "main");
  });
  std::string page = registry.Page();
  CHECK(Value(page, "process_resident_memory_bytes") > 1e6);
  CHECK(Value(page, "process_cpu_seconds_total") > 0);
  CHECK(Value(page, "process_open_fds") >= 3);
  CHECK(Value(page, "process_max_fds") >= Value(page, "process_open_fds"));
  CHECK(Value(page, "process_threads") >= 2);
  CHECK(Value(page, "process_start_time_seconds") > 1.6e9);
  CHECK(Value(page, "sluice_uptime_seconds") >= 0);
  CHECK(page.find("sluice_build_info{service=\"x\",version=\"1.2.3\"} 1") != std::string::npos);
  CHECK(page.find("sluice_loop_delay_seconds{service=\"x\",loop=\"main\"}") != std::string::npos);
  runner.Do([&] {
    process.reset();
    delay.reset();
  });
}

}  // namespace
}  // namespace sluice::metrics
