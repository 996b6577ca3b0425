// AV1 in RTP: the aggregation header and the OBU elements behind it (AV1 RTP specification §4.4,
// §4.5), and what is read of OBUs (AV1 bitstream specification §5.3, §5.5).
#pragma once

#include <optional>

#include "absl/container/inlined_vector.h"
#include "libs/base/bytes.h"

namespace sluice::rtp::payload::av1 {

struct Aggregation {
  bool continues = false;              // Z: the first element goes on from the packet before
  bool to_be_continued = false;        // Y: the last element goes on in the packet after
  bool starts_coded_sequence = false;  // N
  absl::InlinedVector<ByteView, 8>
      elements;  // OBUs or parts of them, borrowed; at most kMaxElements
};
inline constexpr size_t kMaxElements = 256;

// nullopt: cut short, a length that leads outside, no elements, or too many.
std::optional<Aggregation> ParseAggregation(ByteView payload);
// With W = 0: every element has its length.
Bytes Serialize(const Aggregation& aggregation);
// Bytes of an element with its length.
size_t ElementSize(size_t bytes);

// LEB128 (§4.10.5), at most 8 bytes. `bytes` moves behind it. nullopt: cut short, or above 2^32
// - 1.
std::optional<uint32_t> TakeLeb128(ByteView& bytes);
void AppendLeb128(uint32_t value, Bytes& out);

enum class ObuType : uint8_t {
  kSequenceHeader = 1,
  kTemporalDelimiter = 2,
  kFrameHeader = 3,
  kTileGroup = 4,
  kMetadata = 5,
  kFrame = 6,
  kTileList = 8,
  kPadding = 15,
};

// obu_header and, if it is there, the length (obu_has_size_field).
struct Obu {
  ObuType type{};
  uint8_t temporal_id = 0;
  uint8_t spatial_id = 0;
  bool has_extension = false;
  ByteView payload;  // borrowed, what is there of it
};
// nullopt: the forbidden bit, or cut short.
std::optional<Obu> ParseObu(ByteView bytes);

struct SequenceHeader {
  uint32_t width = 0;  // largest frame, pixels
  uint32_t height = 0;
};
// payload: of an OBU of that type. nullopt: cut short.
std::optional<SequenceHeader> ParseSequenceHeader(ByteView payload);

}  // namespace sluice::rtp::payload::av1
