// Timestamps that go on when a player changes over to another layer of its video.
#pragma once

#include <cstdint>

#include "libs/rtp/sequence_number.h"

namespace sluice::webrtc_media {

// All layers are on one timeline, but they do not arrive in step: the key frame of the new layer
// may be as old as what the player has got of the old one, or older. Two pictures of one timestamp
// would be taken for one, and an older one for late, so such pictures get the next free timestamps,
// until the new layer has caught up. One video track.
class FrameTimestamps {
 public:
  // The next packet begins a picture of another layer.
  void OnChange() { mending_ = true; }
  bool mending() const { return mending_; }
  // As sent last.
  uint32_t last() const { return last_; }
  // The timestamp to send. Packets in their order, each one.
  uint32_t Map(uint32_t timestamp, bool starts_picture) {
    if (mending_ && starts_picture) {
      mending_ = !rtp::IsNewerTimestamp(timestamp, last_);
      if (mending_) ++last_;
    }
    if (!mending_) last_ = timestamp;
    return last_;
  }

 private:
  uint32_t last_ = 0;  // as sent
  bool mending_ = false;
};

}  // namespace sluice::webrtc_media
