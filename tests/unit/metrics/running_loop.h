// A loop that runs on a thread of its own for the length of a test.
#pragma once

#include <future>
#include <thread>

#include "libs/loop/event_loop.h"

namespace sluice::metrics {

class RunningLoop {
 public:
  RunningLoop() : thread_([this] { loop_.Run(); }) {}
  ~RunningLoop() {
    loop_.Stop();
    thread_.join();
  }

  loop::EventLoop& loop() { return loop_; }
  // Runs `task` on the loop and waits for its end.
  void Do(std::function<void()> task) {
    std::promise<void> done;
    loop_.Post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  loop::EventLoop loop_;
  std::thread thread_;
};

}  // namespace sluice::metrics
