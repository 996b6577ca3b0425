// When to ask a publisher for a key frame (RFC 4585 §6.3.1).
#pragma once

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// At most each kInterval, and again until it comes or the source has nothing more to say. One
// thread.
class KeyFrameWish {
 public:
  static constexpr Duration kInterval = 500ms;
  // Asked in vain so often: the layer is paused, or cannot obey. Asked again when somebody wants
  // one anew.
  static constexpr int kMaxTries = 20;

  void Want() {
    wanted_ = true;
    tries_ = 0;
  }
  void OnKeyFrame() { wanted_ = false; }
  bool wanted() const { return wanted_; }
  // True if a PLI is to go out now; it counts as sent.
  bool TakeDue(Instant now) {
    if (!wanted_ || tries_ == kMaxTries || now - asked_ < kInterval) return false;
    asked_ = now;
    ++tries_;
    return true;
  }

 private:
  bool wanted_ = false;
  int tries_ = 0;
  Instant asked_{};
};

}  // namespace sluice::webrtc_media
