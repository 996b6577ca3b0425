#include "tools/sluice-load/process_usage.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "libs/base/text.h"

namespace sluice::load {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string ProcPath(pid_t pid, std::string_view name) { return StrCat("/proc/", pid, "/", name); }

// Nanoseconds; 0 if the kernel does not count.
uint64_t SchedulerTime(pid_t pid) {
  uint64_t sum = 0;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator(ProcPath(pid, "task"), error)) {
    std::istringstream line(FirstLine(task.path() / "schedstat"));
    uint64_t nanoseconds = 0;
    line >> nanoseconds;
    sum += nanoseconds;
  }
  return sum;
}

// Fields 14 and 15 of proc(5)'s stat, behind the name in parentheses.
Duration StatTime(const std::string& stat) {
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  int64_t user = 0;
  int64_t system = 0;
  fields >> user >> system;
  return Duration((user + system) * 1'000'000 / sysconf(_SC_CLK_TCK));
}

size_t ResidentBytes(pid_t pid) {
  std::ifstream status(ProcPath(pid, "status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) * 1024;
  }
  return 0;
}

}  // namespace

ProcessUsage UsageOf(pid_t pid) {
  std::string stat = FirstLine(ProcPath(pid, "stat"));
  if (stat.empty()) return {};
  uint64_t nanoseconds = SchedulerTime(pid);
  return {.running = true,
          .cpu = nanoseconds > 0 ? Duration(nanoseconds / 1000) : StatTime(stat),
          .rss = ResidentBytes(pid)};
}

ProcessUsage OwnUsage() { return UsageOf(getpid()); }

std::string NameOf(pid_t pid) {
  std::error_code error;
  auto program = std::filesystem::read_symlink(ProcPath(pid, "exe"), error);
  return error ? FirstLine(ProcPath(pid, "comm")) : program.filename().string();
}

}  // namespace sluice::load
