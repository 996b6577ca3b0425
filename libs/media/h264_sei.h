// H.264 supplemental enhancement information (ITU-T H.264 §7.3.2.3, Annex D).
#pragma once

#include <optional>

#include "libs/base/bytes.h"

namespace sluice::media {

// recovery_frame_cnt of a recovery point message (D.1.8): how many frames after this picture, in
// decoding order, the output becomes right when decoding begins here; 0 = with this one.
//   nal_unit: one SEI NAL unit with its header byte. Only its first 1 kB is looked at.
//   nullopt: it has no such message, or is no SEI.
std::optional<uint32_t> FindRecoveryFrameCount(ByteView nal_unit);

}  // namespace sluice::media
