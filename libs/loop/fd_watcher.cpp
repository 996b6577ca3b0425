#include "libs/loop/fd_watcher.h"

#include <utility>

namespace sluice::loop {

struct FdWatcher::Handle {
  uv_poll_t uv;
  std::function<void(Ready)> on_ready;
  int events = 0;
};

FdWatcher::FdWatcher(EventLoop& loop, int fd, std::function<void(Ready)> on_ready)
    : handle_(new Handle{{}, std::move(on_ready)}) {
  uv_poll_init(loop.uv(), &handle_->uv, fd);
  handle_->uv.data = handle_;
}

FdWatcher::~FdWatcher() {
  uv_poll_stop(&handle_->uv);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

void FdWatcher::Watch(bool readable, bool writable) {
  int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
  if (events == handle_->events) return;
  handle_->events = events;
  if (events == 0) {
    uv_poll_stop(&handle_->uv);
    return;
  }
  uv_poll_start(&handle_->uv, events, [](uv_poll_t* uv, int status, int ready) {
    auto* handle = static_cast<Handle*>(uv->data);
    if (status < 0) handle->events = 0;  // libuv has stopped polling
    handle->on_ready({.readable = (ready & UV_READABLE) != 0,
                      .writable = (ready & UV_WRITABLE) != 0,
                      .failed = status < 0});
  });
}

}  // namespace sluice::loop
