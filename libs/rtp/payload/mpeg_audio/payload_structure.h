// The payload of format MPA (RFC 2250 §3.5), for both directions:
//
//   | MBZ 16 | Frag_offset 16 | frames..., or a part of one frame |
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::rtp::payload::mpeg_audio {

inline constexpr size_t kHeaderBytes = 4;
inline constexpr uint32_t kClockRate = 90000;  // whatever the sample rate (§3.5)

}  // namespace sluice::rtp::payload::mpeg_audio
