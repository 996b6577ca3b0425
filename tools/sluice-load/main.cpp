// sluice-load: WHEP players, RTMP and WHIP publishers, and what they cost a server.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "tools/sluice-load/load_run.h"
#include "tools/sluice-load/report.h"
#include "tools/sluice-load/udp_flood.h"

namespace {

constexpr char kBlockingThreads[] = "16";  // the POSTs block there

void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Complain(const absl::Status& status) {
  std::fprintf(stderr, "sluice-load: %s\nsluice-load --help tells the options.\n",
               std::string(status.message()).c_str());
  return 2;
}

int Flood(const sluice::load::Options& options) {
  auto sent = sluice::load::FloodUdp(options.flood, options.flood_rate, options.seconds);
  if (!sent.ok()) return Complain(sent.status());
  std::printf("{\n  \"flooded\": %llu\n}\n", static_cast<unsigned long long>(*sent));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sluice;
  auto options = load::ReadOptions({argv + 1, argv + argc});
  if (!options.ok()) return Complain(options.status());
  if (options->help) {
    std::fputs(load::kHelp, stdout);
    return 0;
  }
  if (!options->flood.empty()) return Flood(*options);
  load::FlvFile file;
  if (!options->flv.empty()) {
    auto read = load::ReadFlv(options->flv);
    if (!read.ok()) return Complain(read.status());
    file = *std::move(read);
  }
  setenv("UV_THREADPOOL_SIZE", kBlockingThreads, 0);
  RaiseFileLimit();
  loop::EventLoop loop;
  load::LoadRun run(loop, *options, file);
  if (absl::Status status = run.Prepare(); !status.ok()) return Complain(status);
  load::RunResult result = run.Run();
  std::fputs(load::Report(result).c_str(), stdout);
  std::fflush(stdout);
  run.End();
  return load::Succeeded(result, *options) ? 0 : 1;
}
