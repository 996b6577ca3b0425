// Which pictures of a video a player gets when it does not get all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/rtp/packet.h"

namespace sluice::webrtc_media {

// Leaves out whole pictures: higher temporal layers, or everything but key frames. What passes can
// be decoded without what does not. One video track.
class LayerThinner {
 public:
  static constexpr size_t kAll = 8;

  // Temporal layers that pass, 1 (the base) to kAll. Fewer from the next picture on, more from the
  // next one at which the layer may be entered.
  void SetTemporalLayers(size_t count) { wanted_ = count; }
  // Key frames and nothing else. When it is taken back, pictures pass from the next key frame on.
  void SetKeyFramesOnly(bool only) { key_frames_only_ = only; }
  bool key_frames_only() const { return key_frames_only_; }
  // Pictures are left out until the next key frame.
  bool waits_for_key_frame() const { return waits_; }
  // False: everything passes, no need to ask.
  bool active() const { return key_frames_only_ || waits_ || wanted_ < kAll || passing_ < kAll; }

  // Every packet in its order, while active().
  bool Passes(const rtp::PacketRole& role) {
    if (role.starts_access_unit) picture_passes_ = PicturePasses(role);
    return picture_passes_;
  }
  // The next packet belongs to another stream, and begins with a key frame.
  void Restart() {
    waits_ = false;
    passing_ = wanted_;
    picture_passes_ = true;
  }

 private:
  bool PicturePasses(const rtp::PacketRole& role) {
    if (role.key_frame) {
      waits_ = false;
      passing_ = wanted_;
      return true;
    }
    if (key_frames_only_) waits_ = true;
    if (waits_) return false;
    const size_t layers = size_t{role.temporal_layer} + 1;
    if (wanted_ < passing_) passing_ = wanted_;
    // One by one: a picture of the layer between may refer to others of its own layer.
    if (layers == passing_ + 1 && layers <= wanted_ && role.layer_sync) {
      passing_ = layers;
    }
    return layers <= passing_;
  }

  size_t wanted_ = kAll;
  size_t passing_ = kAll;
  bool key_frames_only_ = false;
  bool waits_ = false;
  bool picture_passes_ = true;
};

}  // namespace sluice::webrtc_media
