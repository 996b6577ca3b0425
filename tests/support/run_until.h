// Runs a loop until something is so, with a limit, and without sleeping.
#pragma once

#include <functional>

#include "libs/loop/event_loop.h"
#include "libs/loop/timer.h"

namespace sluice::test {

// False: it was not so within `limit`. The condition is looked at every 2 ms.
inline bool RunUntil(loop::EventLoop& loop, const std::function<bool()>& condition,
                     Duration limit = 15s) {
  if (condition()) return true;
  const Instant end = loop.now() + limit;
  bool met = false;
  loop::Timer look(loop, [&] {
    met = condition();
    if (met || loop.now() >= end) loop.Stop();
  });
  look.Start(2ms, 2ms);
  loop.Run();
  return met;
}

// Runs everything that has been posted.
inline void RunPosted(loop::EventLoop& loop) {
  bool done = false;
  loop.Post([&] { loop.Post([&] { done = true; }); });
  RunUntil(loop, [&] { return done; });
}

}  // namespace sluice::test
