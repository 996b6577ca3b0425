// The whole NAL units in one H.264 RTP payload (RFC 6184 §5.6, §5.7.1).
#pragma once

#include <vector>

#include "libs/base/bytes.h"

namespace sluice::rtp::payload::h264 {

// Borrowed, in order: the payload itself, or what an aggregation packet (STAP-A) holds. Empty for
// fragments, and for what is malformed.
std::vector<ByteView> NalUnitsOf(ByteView payload);

}  // namespace sluice::rtp::payload::h264
