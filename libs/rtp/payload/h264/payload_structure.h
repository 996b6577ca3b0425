// Bits of H.264 payload structures (RFC 6184 §5.3, §5.4, §5.8), for both directions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::rtp::payload::h264 {

// NAL unit header: | F 1 | NRI 2 | type 5 |
inline constexpr uint8_t kForbiddenBit = 0x80;
inline constexpr uint8_t kNriMask = 0x60;
inline constexpr uint8_t kTypeMask = 0x1f;

inline constexpr uint8_t kLastNalUnitType = 23;  // 1..23: a single NAL unit packet
inline constexpr uint8_t kStapA = 24;
inline constexpr uint8_t kFuA = 28;

// FU header: | S 1 | E 1 | R 1 | type 5 |
inline constexpr uint8_t kFuStart = 0x80;
inline constexpr uint8_t kFuEnd = 0x40;

inline constexpr size_t kFuHeaderBytes = 2;    // FU indicator and FU header
inline constexpr size_t kStapLengthBytes = 2;  // before each NAL unit of a STAP-A

}  // namespace sluice::rtp::payload::h264
