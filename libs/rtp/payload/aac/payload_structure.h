// The payload of mode AAC-hbr (RFC 3640 §3.2.1, §3.3.6), for both directions:
//
//   | AU-headers-length in bits 16 | { AU-size 13, AU-index or -delta 3 }... | access units... |
#pragma once

#include <cstddef>

namespace sluice::rtp::payload::aac {

inline constexpr size_t kAuHeadersLengthBytes = 2;
inline constexpr size_t kAuHeaderBits = 16;
inline constexpr size_t kAuHeaderBytes = 2;

}  // namespace sluice::rtp::payload::aac
