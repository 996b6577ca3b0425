// A timer that belongs to an object and dies with it.
#pragma once

#include <functional>

#include "libs/loop/event_loop.h"

namespace sluice::loop {

// Loop thread only. The callback may delete the timer's owner.
class Timer {
 public:
  Timer(EventLoop& loop, std::function<void()> on_expiry);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls back once after `delay` (resolution 1 ms, rounded up), then every `repeat` if that is not
  // zero. A running timer starts anew.
  void Start(Duration delay, Duration repeat = Duration(0));
  void Stop();
  bool running() const;

 private:
  struct Handle;
  Handle* handle_;  // freed by libuv's close callback
};

}  // namespace sluice::loop
