#include "services/ingest/timeline.h"

#include <algorithm>
#include <cstdlib>

namespace sluice::ingest {
namespace {

constexpr int32_t kJumpMs = 5000;
constexpr int64_t kMaxBackMs = 300;
constexpr int64_t kMaxSoundErrorMs = 30;

}  // namespace

int64_t Timeline::Map(media::MediaKind kind, uint32_t rtmp_ms, Instant arrival) {
  std::optional<int64_t>& last_of_kind = LastOf(kind);
  int64_t passed = started_ ? ToMilliseconds(arrival - last_arrival_) : 0;
  if (not_before_ms_.has_value()) {
    ++jumps_;
    last_ms_ = std::max(last_ms_ + passed, *not_before_ms_);
    not_before_ms_.reset();
    last_video_ms_.reset();
    last_audio_ms_.reset();
  } else if (started_) {
    int64_t step = static_cast<int32_t>(rtmp_ms - last_rtmp_ms_);  // across the wrap
    bool back = last_of_kind.has_value() && last_ms_ + step < *last_of_kind - kMaxBackMs;
    bool jump = std::abs(step) > kJumpMs || back;
    if (jump) {
      ++jumps_;
      step = passed;
    }
    last_ms_ += step;
    // Behind a jump as well, no kind goes back.
    if (jump && last_of_kind.has_value()) last_ms_ = std::max(last_ms_, *last_of_kind + 1);
  }
  started_ = true;
  last_rtmp_ms_ = rtmp_ms;
  last_arrival_ = arrival;
  last_of_kind = last_ms_;
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
