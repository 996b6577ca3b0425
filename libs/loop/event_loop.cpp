#include "libs/loop/event_loop.h"

#include <cstdlib>
#include <utility>

namespace sluice::loop {
namespace {

constexpr uint64_t kDelayProbeMs = 100;

}  // namespace

EventLoop::EventLoop() : thread_(std::this_thread::get_id()) {
  if (uv_loop_init(&loop_) != 0) std::abort();  // out of file descriptors at start-up
  loop_.data = this;
  uv_async_init(&loop_, &wake_,
                [](uv_async_t* handle) { static_cast<EventLoop*>(handle->data)->RunPosted(); });
  wake_.data = this;
  uv_timer_init(&loop_, &delay_probe_);
  delay_probe_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&delay_probe_));
}

EventLoop::~EventLoop() {
  uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&delay_probe_), nullptr);
  while (uv_loop_close(&loop_) == UV_EBUSY) {
    if (uv_run(&loop_, UV_RUN_NOWAIT) == 0 && uv_loop_close(&loop_) == 0) break;
  }
}

void EventLoop::Run() {
  thread_ = std::this_thread::get_id();
  delay_probe_due_ns_ = uv_hrtime() + kDelayProbeMs * 1'000'000;
  uv_timer_start(
      &delay_probe_,
      [](uv_timer_t* handle) {
        auto* self = static_cast<EventLoop*>(handle->data);
        uint64_t now_ns = uv_hrtime();
        if (now_ns > self->delay_probe_due_ns_) {
          Duration late((now_ns - self->delay_probe_due_ns_) / 1000);
          if (late > self->max_delay_) self->max_delay_ = late;
        }
        self->delay_probe_due_ns_ = now_ns + kDelayProbeMs * 1'000'000;
      },
      kDelayProbeMs, kDelayProbeMs);
  RunPosted();
  if (!stopping_) uv_run(&loop_, UV_RUN_DEFAULT);
  uv_timer_stop(&delay_probe_);
  RunPosted();
  stopping_ = false;
}

void EventLoop::Stop() {
  Post([this] {
    stopping_ = true;
    uv_stop(&loop_);
  });
}

void EventLoop::Post(Task task) {
  {
    std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  uv_async_send(&wake_);
}

Instant EventLoop::now() const { return MonotonicNow(); }

Duration EventLoop::TakeMaxDelay() { return std::exchange(max_delay_, Duration(0)); }

void EventLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

}  // namespace sluice::loop
