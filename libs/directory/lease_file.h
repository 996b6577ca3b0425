// Remembers a lease's id beyond the life of a process.
#pragma once

#include <cstdint>
#include <string>

#include "libs/loop/event_loop.h"

namespace sluice::directory {

// `path` empty: nothing is remembered. Losing the file only costs waiting for the old lease to run
// out, so that errors are not errors.
class LeaseFile {
 public:
  LeaseFile(loop::EventLoop& loop, std::string path) : loop_(loop), path_(std::move(path)) {}

  // Before the loop runs: it reads a file. 0 = none.
  int64_t Load() const;
  // On the loop; written on the work pool, by rename.
  void Save(int64_t lease) const;

 private:
  loop::EventLoop& loop_;
  std::string path_;
};

}  // namespace sluice::directory
