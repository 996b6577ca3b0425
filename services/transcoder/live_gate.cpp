#include "services/transcoder/live_gate.h"

namespace sluice::transcoder {

LiveGate::Verdict LiveGate::Decide(int64_t position_ns, Duration lag, bool more_waiting) {
  if (position_ns <= last_position_ns_) return Verdict::kTimeStandsStill;
  if (!begun_) {
    begun_ = lag <= kBeginLag || (!more_waiting && lag <= kBeginLagOfLast);
    if (!begun_) return Verdict::kBeforeLiveEdge;
  } else if (more_waiting && lag > kMaxLag) {
    return Verdict::kTooSlow;
  }
  last_position_ns_ = position_ns;
  return Verdict::kEncode;
}

}  // namespace sluice::transcoder
