// Which decoded pictures are worth encoding.
#pragma once

#include <cstdint>

#include "libs/base/instant.h"

namespace sluice::transcoder {

// A rendition begins at the live edge: of the group that a source gives first, pictures are decoded
// and left out until decoding has caught up. Later ones are left out when the encoder is too slow,
// which no other picture suffers from. Pictures whose time does not go on are left out always. One
// thread.
class LiveGate {
 public:
  enum class Verdict : uint8_t { kEncode, kBeforeLiveEdge, kTooSlow, kTimeStandsStill };

  // lag: since the newest access unit given to the decoder came from the publisher. more_waiting:
  // further ones have come.
  Verdict Decide(int64_t position_ns, Duration lag, bool more_waiting);

  bool begun() const { return begun_; }

  // Caught up, if this little behind, or if there is nothing more (a source with few pictures a
  // second) and what there is is not old.
  static constexpr Duration kBeginLag = 100ms;
  static constexpr Duration kBeginLagOfLast = 1500ms;
  static constexpr Duration kMaxLag = 250ms;

 private:
  bool begun_ = false;
  int64_t last_position_ns_ = INT64_MIN;
};

}  // namespace sluice::transcoder
