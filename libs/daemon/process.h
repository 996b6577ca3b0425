// What a daemon asks of, and tells about, its process and host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sluice::daemon {

// First of all, before any thread: SIGPIPE is ignored, the limit of open files is raised to the
// most allowed, malloc keeps two arenas (each further one costs memory for little gain here).
// Returns the limit of open files.
uint64_t PrepareProcess();

// Makes the folder (mode 700) and its parents where missing. PermissionDenied, FailedPrecondition
// (something else of that name); the message names the path.
absl::Status MakeFolder(const std::string& path);

// `name` with everything but ASCII letters, digits and '-' turned into '-'; the host's name if it
// is empty.
std::string NodeName(const std::string& name);

// Equal for two processes exactly if they see the same folder under the same kernel, so that a
// socket in it joins them. Empty if the folder is not there.
std::string HostId(const std::string& run_dir);

// The environment as "NAME=value".
std::vector<std::string> Environment();

}  // namespace sluice::daemon
