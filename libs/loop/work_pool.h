// Blocking work (disk, key making, GStreamer state changes) off the loop.
#pragma once

#include <functional>

#include "libs/loop/event_loop.h"

namespace sluice::loop {

// Runs `work` on one of libuv's pool threads, then `done` on the loop. Loop thread only. What
// `done` uses must still be there: hand it a weak handle if its owner may go.
void RunBlocking(EventLoop& loop, std::function<void()> work, std::function<void()> done);

}  // namespace sluice::loop
