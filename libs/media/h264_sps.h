// H.264 sequence parameter set (ITU-T H.264 §7.3.2.1, Annex E).
#pragma once

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"

namespace sluice::media {

struct H264Sps {
  uint8_t profile_idc = 0;
  uint8_t constraint_flags = 0;  // constraint_set0 is the highest bit
  uint8_t level_idc = 0;
  uint32_t id = 0;
  uint32_t width = 0;  // pixels, cropped
  uint32_t height = 0;
  bool frame_mbs_only = true;      // false: interlaced coding may be used
  uint32_t chroma_format_idc = 1;  // 0 = grey, 1 = 4:2:0, 2 = 4:2:2, 3 = 4:4:4
  uint32_t bit_depth_luma = 8;     // 8..14
  uint32_t bit_depth_chroma = 8;
  uint32_t max_num_ref_frames = 0;
  uint32_t pic_order_cnt_type = 0;  // 2: output order is decoding order
  // VUI max_num_reorder_frames; -1 if it is not stated.
  int max_num_reorder_frames = -1;
  double frame_rate = 0;  // from the VUI; 0 if it is not stated

  // As in SDP's profile-level-id (RFC 6184 §8.1): profile, constraints, level.
  uint32_t profile_level_id() const {
    return static_cast<uint32_t>(profile_idc) << 16 | static_cast<uint32_t>(constraint_flags) << 8 |
           level_idc;
  }

  friend bool operator==(const H264Sps&, const H264Sps&) = default;
};

// nal_unit: one SPS with its header byte, without start code or length.
// InvalidArgument: not an SPS, cut short, or sizes beyond 16,384 pixels.
absl::StatusOr<H264Sps> ParseH264Sps(ByteView nal_unit);

}  // namespace sluice::media
