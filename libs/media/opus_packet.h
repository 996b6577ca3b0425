// How long an Opus packet plays (RFC 6716 §3.1).
#pragma once

#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice::media {

inline constexpr uint32_t kOpusClockRate = 48000;  // RFC 7587 §4.1, whatever the coded rate

// Samples at 48 kHz: 120..5760. 0 if the packet is empty, malformed, or longer than 120 ms.
uint32_t OpusPacketSamples(ByteView packet);

}  // namespace sluice::media
