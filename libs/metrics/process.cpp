#include "libs/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fstream>

namespace sluice::metrics {
namespace {

double ResidentBytes() {
  // Second number: resident pages (proc(5), statm).
  uint64_t total_pages = 0;
  uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double CpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

// Entries of a folder under /proc/self, without "." and "..".
int CountEntries(const char* path) {
  DIR* folder = opendir(path);
  if (folder == nullptr) return 0;
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 2;
}

double MostOpenFiles() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

void AddProcess(Scrape& scrape) {
  scrape.AddGauge("process_resident_memory_bytes", "Resident memory.", ResidentBytes());
  scrape.AddGauge("process_open_fds", "Open file descriptors.",
                  CountEntries("/proc/self/fd") - 1);  // not the one that counts
  scrape.AddGauge("process_max_fds", "Most file descriptors allowed.", MostOpenFiles());
  scrape.AddGauge("process_threads", "Threads.", CountEntries("/proc/self/task"));
}

}  // namespace

RegistrationPtr CollectProcess(Registry& registry, loop::EventLoop& loop, std::string version) {
  Instant start = loop.now();
  auto start_wall = static_cast<double>(time(nullptr));
  return registry.Collect(loop, [=, &loop](Scrape& scrape) {
    AddProcess(scrape);
    scrape.AddCounter("process_cpu_seconds_total", "User and system CPU time.", CpuSeconds());
    scrape.AddGauge("process_start_time_seconds", "Start, seconds since 1970.", start_wall);
    scrape.AddGauge("sluice_uptime_seconds", "Time since the start.",
                    ToSeconds(loop.now() - start));
    scrape.AddGauge("sluice_build_info", "1; the version is a label.", 1, {{"version", version}});
  });
}

RegistrationPtr CollectLoopDelay(Registry& registry, loop::EventLoop& loop, std::string name) {
  return registry.Collect(loop, [name = std::move(name), &loop](Scrape& scrape) {
    scrape.AddGauge("sluice_loop_delay_seconds",
                    "Longest lateness of a loop's timer since the last scrape.",
                    ToSeconds(loop.TakeMaxDelay()), {{"loop", name}});
  });
}

}  // namespace sluice::metrics
