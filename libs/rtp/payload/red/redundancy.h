// Redundant audio (RFC 2198): a packet that also carries what was sent before it.
#pragma once

#include <optional>
#include <span>

#include "absl/container/inlined_vector.h"
#include "libs/base/bytes.h"

namespace sluice::rtp::payload::red {

struct Block {
  uint8_t payload_type = 0;       // 0..127
  uint16_t timestamp_offset = 0;  // how much earlier than the packet's timestamp; 0..16383
  ByteView payload;               // borrowed; may be empty
};

inline constexpr size_t kMaxBlocks = 9;  // in one packet, with the primary one
inline constexpr uint16_t kMaxTimestampOffset = 0x3fff;
inline constexpr size_t kMaxRedundantBytes = 0x3ff;  // of one redundant block

struct Unpacked {
  absl::InlinedVector<Block, 4> redundant;  // oldest first, as sent; at most kMaxBlocks - 1
  Block primary;                            // timestamp_offset 0
};

// nullopt: cut short, or more than kMaxBlocks.
std::optional<Unpacked> Unpack(ByteView payload);

// The payload of `primary` with `redundant` before it, oldest first. Redundant blocks that are
// longer or older than the limits are left out, and so are the oldest ones that would make it
// longer than `max_payload` bytes.
Bytes Pack(std::span<const Block> redundant, const Block& primary, size_t max_payload);

}  // namespace sluice::rtp::payload::red
