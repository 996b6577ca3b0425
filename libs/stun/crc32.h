// CRC-32 of ISO 3309, as FINGERPRINT uses it (RFC 8489 §14.7).
#pragma once

#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice::stun {

// Continues `crc`, the result for the bytes before; 0 to begin.
uint32_t Crc32(ByteView bytes, uint32_t crc = 0);

}  // namespace sluice::stun
