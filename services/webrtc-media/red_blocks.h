// What one RED packet of sound carries (RFC 2198).
#pragma once

#include <optional>

#include "absl/container/inlined_vector.h"
#include "libs/base/bytes.h"

namespace sluice::webrtc_media {

struct RedBlock {
  uint8_t payload_type = 0;
  uint32_t timestamp_offset = 0;  // that the block is older than the packet, in ticks; 0..16383
  ByteView payload;               // borrowed from the packet
};
// The oldest first, the packet's own last; never empty.
using RedBlocks = absl::InlinedVector<RedBlock, 3>;

// Blocks that one packet may have; senders use two or three.
inline constexpr size_t kMaxRedBlocks = 8;

// nullopt: cut short, or more blocks than kMaxRedBlocks.
std::optional<RedBlocks> UnpackRed(ByteView payload);

}  // namespace sluice::webrtc_media
