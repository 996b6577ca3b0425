// The client calls that run through one pool.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "libs/rpc/loop_door.h"

namespace sluice::rpc {

// One call. gRPC's threads post to the loop what has happened; callbacks are touched on the loop
// only.
class RunningCall {
 public:
  virtual ~RunningCall() = default;
  // Loop thread. Cancels the call if it still runs and drops its callbacks. Twice is allowed.
  virtual void Abandon() = 0;
};

// Held by the pool and by every running call. Loop thread, but for what says otherwise.
class Calls : public std::enable_shared_from_this<Calls> {
 public:
  explicit Calls(loop::EventLoop& loop) : door_(loop) {}

  void Begin(std::shared_ptr<RunningCall> call);
  // gRPC threads, last of all: runs `task` on the loop, where the call is forgotten, or drops it
  // when the pool has gone.
  void End(std::shared_ptr<RunningCall> call, loop::EventLoop::Task task);
  // gRPC threads. False when the pool has gone.
  bool Post(loop::EventLoop::Task task) { return door_.Post(std::move(task)); }
  // Abandons everything and waits (2 s at most) until gRPC has let go of it. No task runs
  // afterwards that would touch a callback.
  void Close();

 private:
  LoopDoor door_;
  absl::flat_hash_set<std::shared_ptr<RunningCall>> running_;
  std::mutex mutex_;
  std::condition_variable all_ended_;
  int unfinished_ = 0;  // begun, and End() not yet called; guarded by mutex_
};

}  // namespace sluice::rpc
