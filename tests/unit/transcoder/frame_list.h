// What comes out of a pipeline of sound, waited for.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "services/transcoder/opus_pipeline.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder::test {

class FrameList {
 public:
  OpusPipeline::Delegate delegate() {
    return {[this](OpusFrame frame) {
              std::lock_guard lock(mutex_);
              frames_.push_back({std::move(frame.bytes), frame.position_ns});
              changed_.notify_all();
            },
            [this](std::string reason) {
              std::lock_guard lock(mutex_);
              failure_ = std::move(reason);
              changed_.notify_all();
            }};
  }
  // All that has come by the time that sound up to `position_ns` is there.
  std::vector<TimedBytes> WaitUntil(int64_t position_ns) {
    return Wait(
        [&] { return !frames_.empty() && frames_.back().position_ns + 20'000'000 >= position_ns; });
  }
  std::vector<TimedBytes> WaitForCount(size_t count) {
    return Wait([&] { return frames_.size() >= count; });
  }

 private:
  std::vector<TimedBytes> Wait(const std::function<bool()>& enough) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20),
                      [&] { return !failure_.empty() || enough(); });
    CHECK(failure_.empty());
    return frames_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<TimedBytes> frames_;  // guarded by mutex_
  std::string failure_;             // guarded by mutex_
};

}  // namespace sluice::transcoder::test
