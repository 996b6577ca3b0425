// RTMP's millisecond timestamps to the stream's timeline, and sound's samples on it.
#pragma once

#include <cstdint>
#include <optional>

#include "libs/base/instant.h"
#include "libs/media/track.h"

namespace sluice::ingest {

// One per stream: all tracks share it, so that they stay together. RTMP timestamps wrap, and some
// publishers jump.
class Timeline {
 public:
  // rtmp_ms: of an audio or video message, decoding time. arrival: when its bytes were read.
  // Returns milliseconds since the stream's first message; negative for what was earlier. A jump of
  // over 5 s against the last message, either way, is taken out: the time that really passed
  // stands for it. So is a step of over 300 ms back against the last message of the same kind,
  // which players would wait out.
  int64_t Map(media::MediaKind kind, uint32_t rtmp_ms, Instant arrival);

  // The next message is of another publisher: its timestamps begin anew. It is placed by the time
  // that passes until then, but not before `not_before_ms`. Counts as a jump.
  void Reanchor(int64_t not_before_ms) { not_before_ms_ = not_before_ms; }

  uint64_t jumps() const { return jumps_; }

 private:
  // The last of each kind, on the timeline.
  std::optional<int64_t>& LastOf(media::MediaKind kind) {
    return kind == media::MediaKind::kVideo ? last_video_ms_ : last_audio_ms_;
  }

  bool started_ = false;
  std::optional<int64_t> not_before_ms_;  // set: Reanchor was called
  std::optional<int64_t> last_video_ms_;
  std::optional<int64_t> last_audio_ms_;
  uint32_t last_rtmp_ms_ = 0;
  int64_t last_ms_ = 0;
  Instant last_arrival_{};
  uint64_t jumps_ = 0;
};

// Counts samples from one access unit to the next, since RTMP's milliseconds are too coarse for
// sound; follows the timeline again when it is off by over 30 ms.
class SampleCount {
 public:
  explicit SampleCount(uint32_t sample_rate) : sample_rate_(sample_rate) {}

  // The position in samples of an access unit that begins at `ms` on the timeline and has
  // `samples`.
  int64_t Next(int64_t ms, uint32_t samples);
  // The next access unit is placed by the timeline alone.
  void Reset() { next_.reset(); }

  uint64_t reanchored() const { return reanchored_; }

 private:
  uint32_t sample_rate_;
  std::optional<int64_t> next_;
  uint64_t reanchored_ = 0;
};

}  // namespace sluice::ingest
