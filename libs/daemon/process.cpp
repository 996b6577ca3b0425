#include "libs/daemon/process.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "libs/base/text.h"

namespace sluice::daemon {
namespace {

constexpr int kMallocArenas = 2;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof(name) - 1);
  return name[0] == '\0' ? "localhost" : name;
}

}  // namespace

uint64_t PrepareProcess() {
  mallopt(M_ARENA_MAX, kMallocArenas);
  signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);  // refused: the old limit stays, and is told below
  getrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::path folder(path);
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(path.c_str(), 0700) == 0) return absl::OkStatus();
  int cause = errno;
  if (cause == EEXIST && std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  std::string what = StrCat("cannot make the folder ", path, ": ", std::strerror(cause));
  return cause == EACCES ? absl::PermissionDeniedError(what) : absl::FailedPreconditionError(what);
}

std::string NodeName(const std::string& name) {
  std::string out = name.empty() ? HostName() : name;
  for (char& c : out) c = IsNameCharacter(c) ? c : '-';
  return out;
}

std::string HostId(const std::string& run_dir) {
  struct stat folder {};
  if (stat(run_dir.c_str(), &folder) != 0) return "";
  std::string boot_id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot_id;
  return StrCat(boot_id, "/", folder.st_dev, "/", folder.st_ino);
}

std::vector<std::string> Environment() {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) out.emplace_back(*entry);
  return out;
}

}  // namespace sluice::daemon
