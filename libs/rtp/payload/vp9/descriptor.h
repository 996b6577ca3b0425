// VP9 payload descriptor (RFC 9628 §4.2) and the start of a frame's uncompressed header (VP9
// bitstream specification §6.2).
#pragma once

#include <optional>

#include "libs/base/bytes.h"

namespace sluice::rtp::payload::vp9 {

struct Descriptor {
  bool inter_predicted = false;  // P: 0 is a key frame, if the layer below is one or there is none
  bool flexible = false;         // F
  bool starts_frame = false;     // B, of one spatial layer
  bool ends_frame = false;       // E
  std::optional<uint16_t> picture_id;
  std::optional<uint8_t> temporal_layer;  // TID 0..7
  bool switching_up = false;              // U
  uint8_t spatial_layer = 0;              // SID 0..7
  bool inter_layer = false;               // D
  // The scalability structure (V).
  struct Structure {
    uint8_t spatial_layers = 1;  // 1..8
    uint32_t width = 0;          // of the highest layer; 0 = not said
    uint32_t height = 0;
  };
  std::optional<Structure> structure;
  size_t structure_offset = 0;  // where it would begin: the rest of the descriptor is before it
  size_t size = 1;              // bytes before the VP9 data
};

// nullopt: cut short, or no byte of VP9 behind it.
std::optional<Descriptor> ParseDescriptor(ByteView payload);

// Bits of the first byte, and the one-byte form: I = L = F = V = Z = 0.
inline constexpr uint8_t kStarts = 0x08;
inline constexpr uint8_t kEnds = 0x04;
inline constexpr uint8_t kHasStructure = 0x02;
uint8_t ShortDescriptor(bool inter_predicted, bool starts_frame, bool ends_frame);

struct FrameHeader {
  bool key_frame = false;
  uint32_t width = 0;  // of key frames, pixels
  uint32_t height = 0;
};

// data: the beginning of a frame. nullopt: not VP9, or cut short.
std::optional<FrameHeader> ParseFrameHeader(ByteView data);

}  // namespace sluice::rtp::payload::vp9
