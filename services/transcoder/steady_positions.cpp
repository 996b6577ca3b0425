#include "services/transcoder/steady_positions.h"

#include <algorithm>

namespace sluice::transcoder {

int64_t SteadyPositions::Enter(int64_t decoding_ns, int64_t presentation_ns) {
  int64_t step = decoding_ns - last_decoding_ns_;
  if (begun_ && (step > kMaxForwardNs || step < -kMaxBackwardNs)) {
    int64_t begins_ns = newest_ns_ + kStepNs;
    entering_ns_ = begins_ns - decoding_ns;
    jumps_.push_back({begins_ns, entering_ns_});
    if (jumps_.size() > kMaxJumps) jumps_.pop_front();
  }
  last_decoding_ns_ = decoding_ns;
  int64_t ends_ns = std::max(decoding_ns, presentation_ns) + entering_ns_;
  newest_ns_ = begun_ ? std::max(newest_ns_, ends_ns) : ends_ns;
  begun_ = true;
  return entering_ns_;
}

int64_t SteadyPositions::Leave(int64_t position_ns) {
  while (!jumps_.empty() && position_ns >= jumps_.front().from_ns) {
    leaving_ns_ = jumps_.front().moved_by_ns;
    jumps_.pop_front();
  }
  return position_ns - leaving_ns_;
}

}  // namespace sluice::transcoder
