#include "services/ingest/timeline.h"

#include <cstdlib>

namespace sluice::ingest {
namespace {

constexpr int32_t kJumpMs = 5000;
constexpr int64_t kMaxSoundErrorMs = 30;

}  // namespace

int64_t Timeline::Map(uint32_t rtmp_ms, Instant arrival) {
  if (!started_) {
    started_ = true;
  } else {
    int64_t step = static_cast<int32_t>(rtmp_ms - last_rtmp_ms_);  // across the wrap
    if (std::abs(step) > kJumpMs) {
      ++jumps_;
      step = ToMilliseconds(arrival - last_arrival_);
    }
    last_ms_ += step;
  }
  last_rtmp_ms_ = rtmp_ms;
  last_arrival_ = arrival;
  return last_ms_;
}

int64_t SampleCount::Next(int64_t ms, uint32_t samples) {
  int64_t by_timeline = ms * sample_rate_ / 1000;
  int64_t position = next_.value_or(by_timeline);
  if (std::abs(position - by_timeline) * 1000 > kMaxSoundErrorMs * sample_rate_) {
    position = by_timeline;
    ++reanchored_;
  }
  next_ = position + samples;
  return position;
}

}  // namespace sluice::ingest
