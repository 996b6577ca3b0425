// What processes cost, read from /proc.
#pragma once

#include <sys/types.h>

#include <string>

#include "libs/base/instant.h"

namespace sluice::load {

struct ProcessUsage {
  bool running = false;
  Duration cpu{0};  // user and system, of all threads that live
  size_t rss = 0;   // bytes
};

// CPU time comes from the scheduler's account of each thread (/proc/PID/task/*/schedstat), where
// there is none from /proc/PID/stat, in steps of 10 ms.
ProcessUsage UsageOf(pid_t pid);
ProcessUsage OwnUsage();
// Its program's file name; empty if there is no such process.
std::string NameOf(pid_t pid);

}  // namespace sluice::load
