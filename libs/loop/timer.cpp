#include "libs/loop/timer.h"

#include <utility>

namespace sluice::loop {
namespace {

uint64_t RoundUpToMs(Duration duration) {
  return duration.count() <= 0 ? 0 : static_cast<uint64_t>((duration.count() + 999) / 1000);
}

}  // namespace

struct Timer::Handle {
  uv_timer_t uv;
  std::function<void()> on_expiry;
};

Timer::Timer(EventLoop& loop, std::function<void()> on_expiry)
    : handle_(new Handle{{}, std::move(on_expiry)}) {
  uv_timer_init(loop.uv(), &handle_->uv);
  handle_->uv.data = handle_;
}

Timer::~Timer() {
  // The function itself is kept until the handle is closed: it may be the one that is running now.
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void Timer::Start(Duration delay, Duration repeat) {
  uv_update_time(handle_->uv.loop);
  uv_timer_start(
      &handle_->uv, [](uv_timer_t* uv) { static_cast<Handle*>(uv->data)->on_expiry(); },
      RoundUpToMs(delay), RoundUpToMs(repeat));
}

void Timer::Stop() { uv_timer_stop(&handle_->uv); }

bool Timer::running() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->uv)) != 0;
}

}  // namespace sluice::loop
