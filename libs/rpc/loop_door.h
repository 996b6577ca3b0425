// Lets gRPC's threads post to a loop that may be gone by then.
#pragma once

#include <mutex>
#include <utility>

#include "libs/loop/event_loop.h"

namespace sluice::rpc {

// Shared (shared_ptr) by everything that calls back from foreign threads. Any thread.
class LoopDoor {
 public:
  explicit LoopDoor(loop::EventLoop& loop) : loop_(&loop) {}

  // Runs `task` on the loop, unless the door is closed: then it is dropped and false returned. A
  // task that was posted before Close() may still run after it; it must check its own weak handle.
  bool Post(loop::EventLoop::Task task) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return false;
    loop_->Post(std::move(task));
    return true;
  }
  // Nothing touches the loop after this.
  void Close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  loop::EventLoop* loop_;  // guarded by mutex_
};

}  // namespace sluice::rpc
