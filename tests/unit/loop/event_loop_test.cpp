#include "libs/loop/event_loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "libs/loop/fd_watcher.h"
#include "libs/loop/timer.h"
#include "libs/loop/work_pool.h"

namespace sluice::loop {
namespace {

TEST_CASE("posted tasks run on the loop's thread in the order of posting") {
  EventLoop loop;
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i)
      loop.Post([&, i] { order.push_back(loop.IsLoopThread() ? i : -1); });
    loop.Stop();
  });
  loop.Run();
  other.join();
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<size_t>(i)] == i);
}

TEST_CASE("a repeating timer fires until it is stopped, and may delete itself") {
  EventLoop loop;
  int fired = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(loop, [&] {
    if (++fired < 3) return;
    timer.reset();
    loop.Stop();
  });
  timer->Start(1ms, 1ms);
  loop.Run();
  CHECK(fired == 3);
}

TEST_CASE("a watcher tells when a descriptor can be read, and may be deleted in its callback") {
  EventLoop loop;
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  bool readable = false;
  std::unique_ptr<FdWatcher> watcher;
  watcher = std::make_unique<FdWatcher>(loop, pair[0], [&](FdWatcher::Ready ready) {
    readable = ready.readable;
    watcher.reset();
    loop.Stop();
  });
  watcher->Watch(true, false);
  REQUIRE(write(pair[1], "x", 1) == 1);
  loop.Run();
  CHECK(readable);
  close(pair[0]);
  close(pair[1]);
}

TEST_CASE("blocking work runs off the loop and comes back to it") {
  EventLoop loop;
  bool off_loop = false;
  bool on_loop = false;
  RunBlocking(
      loop, [&] { off_loop = !loop.IsLoopThread(); },
      [&] {
        on_loop = loop.IsLoopThread();
        loop.Stop();
      });
  loop.Run();
  CHECK(off_loop);
  CHECK(on_loop);
}

}  // namespace
}  // namespace sluice::loop
