// Finds out whether a publisher's H.264 pictures are shown in another order than they are decoded.
#pragma once

#include <optional>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"

namespace sluice::ingest {

// Believes the sequence parameter set where it states the matter, else what it sees. What has been
// seen once stays true until the next parameter set.
class PictureOrder {
 public:
  // A parameter set has come into use.
  void OnSps(const media::H264Sps& sps);
  // A picture, before its packets go out. composition_time_ms: presentation minus decoding time.
  void OnPicture(const media::H264PictureKind& kind, int32_t composition_time_ms);

  bool has_b_frames() const { return stated_.value_or(seen_b_frames_); }
  // Key frames that are not IDR pictures.
  bool has_recovery_points() const { return seen_recovery_point_; }

 private:
  std::optional<bool> stated_;  // by the parameter set
  bool seen_b_frames_ = false;
  bool seen_recovery_point_ = false;
  std::optional<int32_t> first_composition_time_ms_;
};

}  // namespace sluice::ingest
