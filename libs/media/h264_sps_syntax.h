// A sequence parameter set with the places where it can be changed; for this library's own use.
#pragma once

#include "libs/media/h264_sps.h"

namespace sluice::media {

struct H264SpsSyntax {
  H264Sps sps;
  // Positions in the RBSP, in bits.
  size_t vui_flag = 0;  // vui_parameters_present_flag
  bool has_vui = false;
  // These only if there is a VUI and it is complete up to them:
  bool vui_complete = false;
  size_t restriction_flag = 0;  // bitstream_restriction_flag
  bool has_restriction = false;
  size_t reorder_frames = 0;  // max_num_reorder_frames
};

// rbsp: without NAL unit header and emulation prevention. Errors as ParseH264Sps().
absl::StatusOr<H264SpsSyntax> ReadH264Sps(ByteView rbsp);

}  // namespace sluice::media
