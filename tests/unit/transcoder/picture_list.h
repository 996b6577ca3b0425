// What comes out of a pipeline of pictures, waited for.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "tests/unit/transcoder/pictures.h"

namespace sluice::transcoder::test {

class PictureList {
 public:
  PicturePipeline::Delegate delegate() {
    return {[this](EncodedPicture picture) {
              std::lock_guard lock(mutex_);
              pictures_.push_back(std::move(picture));
              changed_.notify_all();
            },
            [this](std::string reason) {
              std::lock_guard lock(mutex_);
              failure_ = std::move(reason);
              changed_.notify_all();
            }};
  }
  std::vector<EncodedPicture> WaitForCount(size_t count) {
    return Wait([&] { return pictures_.size() >= count; });
  }
  std::vector<EncodedPicture> WaitForPosition(int64_t position_ns) {
    return Wait([&] { return !pictures_.empty() && pictures_.back().position_ns >= position_ns; });
  }

 private:
  std::vector<EncodedPicture> Wait(const std::function<bool()>& enough) {
    std::unique_lock lock(mutex_);
    bool met = changed_.wait_for(lock, std::chrono::seconds(20),
                                 [&] { return !failure_.empty() || enough(); });
    CHECK(met);
    CHECK(failure_ == "");
    return pictures_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<EncodedPicture> pictures_;  // guarded by mutex_
  std::string failure_;                   // guarded by mutex_
};

// Number of each picture by its position.
inline std::map<int64_t, int> NumbersOf(const Encoding& encoding) {
  std::map<int64_t, int> numbers;
  for (int i = 0; i < encoding.frames; ++i) {
    numbers[encoding.start_ns + i * encoding.step_ns] = encoding.first_number + i;
  }
  return numbers;
}

}  // namespace sluice::transcoder::test
