// Tells when a file descriptor can be read or written (level-triggered).
#pragma once

#include <functional>

#include "libs/loop/event_loop.h"

namespace sluice::loop {

// Loop thread only. Does not own the descriptor; it must stay open until the watcher is gone. The
// callback may delete the watcher.
class FdWatcher {
 public:
  struct Ready {
    bool readable = false;
    bool writable = false;
    bool failed = false;  // error or hang-up: read to learn which
  };

  FdWatcher(EventLoop& loop, int fd, std::function<void(Ready)> on_ready);
  ~FdWatcher();
  FdWatcher(const FdWatcher&) = delete;
  FdWatcher& operator=(const FdWatcher&) = delete;

  // What to wait for from now on. Take `writable` back at once when nothing is left to write, or
  // the loop spins.
  void Watch(bool readable, bool writable);

 private:
  struct Handle;
  Handle* handle_;  // freed by libuv's close callback
};

}  // namespace sluice::loop
