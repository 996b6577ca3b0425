// Positions for a pipeline that knows no jumps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace sluice::transcoder {

// A source's time may jump, either way and by hours; decoder and encoder want time that goes on.
// What jumps is moved to follow what came before, and moved back when it has come through. Order is
// kept between the two: pictures leave in the order of their presentation.
class SteadyPositions {
 public:
  // In decoding order. Returns what to add to the positions of this picture.
  int64_t Enter(int64_t decoding_ns, int64_t presentation_ns);
  // In the order of presentation: the position that was given to Enter().
  int64_t Leave(int64_t position_ns);

  // A step between two pictures that is no jump, forwards and backwards.
  static constexpr int64_t kMaxForwardNs = 5'000'000'000;
  static constexpr int64_t kMaxBackwardNs = 1'000'000'000;
  static constexpr int64_t kStepNs = 40'000'000;  // instead of a jump
  static constexpr size_t kMaxJumps = 64;         // on their way; then the oldest are forgotten

 private:
  struct Jump {
    int64_t from_ns = 0;  // in the pipeline's positions
    int64_t moved_by_ns = 0;
  };

  bool begun_ = false;
  int64_t last_decoding_ns_ = 0;
  int64_t newest_ns_ = 0;  // the greatest that went into the pipeline
  int64_t entering_ns_ = 0;
  int64_t leaving_ns_ = 0;
  std::deque<Jump> jumps_;  // not yet left
};

}  // namespace sluice::transcoder
