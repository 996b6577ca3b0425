// Says in a sequence parameter set that pictures are shown in the order in which they are decoded.
#pragma once

#include <optional>

#include "libs/base/bytes.h"

namespace sluice::media {

// The SPS with bitstream_restriction in its VUI (ITU-T H.264 Annex E.2.1) and there
// max_num_reorder_frames = 0, max_dec_frame_buffering = max_num_ref_frames: a decoder then gives
// out each picture at once. All other values stay; a VUI that is missing is added. It is true of a
// stream only if none of its pictures is shown before one that was decoded earlier.
//   nal_unit: one SPS with its header byte, without start code or length.
//   nullopt: not an SPS, cut short, or with extensions behind a broken VUI.
std::optional<Bytes> WithoutReordering(ByteView nal_unit);

}  // namespace sluice::media
