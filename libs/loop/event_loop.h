// One libuv loop, the thread it runs on, and the one door into that thread: Post.
#pragma once

#include <uv.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "libs/base/instant.h"

namespace sluice::loop {

// Made on any thread; belongs to the thread that calls Run(). Everything but Post() and Stop() is
// for that thread (or before Run() begins).
class EventLoop {
 public:
  using Task = std::function<void()>;

  EventLoop();
  // The loop is not running and every Timer, FdWatcher and connection made on it is gone.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs until Stop(). Tasks posted before Run() are run first. After Stop(), tasks already posted
  // are still run.
  void Run();
  // Ends Run() after the present turn. Any thread.
  void Stop();
  // Runs `task` on the loop's thread, in the order of posting. Any thread. The queue is not bounded
  // here: what is fed by the network is bounded by its own queue before it posts. Also the way to
  // delete oneself: the task runs after the present callback has returned.
  void Post(Task task);

  // Read from the clock at each call (uv_now() counts milliseconds, too coarse for batches): take
  // it once per turn.
  Instant now() const;
  bool IsLoopThread() const { return std::this_thread::get_id() == thread_; }
  // Longest distance between planned and real wake-up of a 100 ms timer since the last call, for
  // the metric.
  Duration TakeMaxDelay();

  // For libwebsockets and our own handles.
  uv_loop_t* uv() { return &loop_; }

 private:
  void RunPosted();

  uv_loop_t loop_;
  uv_async_t wake_;
  uv_timer_t delay_probe_;
  uint64_t delay_probe_due_ns_ = 0;
  Duration max_delay_{0};
  std::atomic<std::thread::id> thread_;  // asked by any thread
  bool stopping_ = false;
  // Not absl::Mutex: Debian's Abseil is built without TSan, which then sees no order in it.
  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
};

}  // namespace sluice::loop
