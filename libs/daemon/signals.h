// SIGTERM and SIGINT as events of the main loop.
#pragma once

#include <functional>
#include <memory>

#include "libs/loop/fd_watcher.h"

namespace sluice::daemon {

// Blocks both signals in this thread and those it starts: call it before any other thread exists.
void BlockStopSignals();

// Calls back for each arrival, on the loop. After BlockStopSignals().
class StopSignals {
 public:
  StopSignals(loop::EventLoop& loop, std::function<void()> on_signal);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void ReadAll();

  int fd_;
  std::function<void()> on_signal_;
  std::unique_ptr<loop::FdWatcher> watcher_;
};

}  // namespace sluice::daemon
