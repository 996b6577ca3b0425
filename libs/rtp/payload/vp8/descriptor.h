// VP8 payload descriptor and header (RFC 7741 §4.2, §4.3; RFC 6386 §9.1).
#pragma once

#include <optional>

#include "libs/base/bytes.h"

namespace sluice::rtp::payload::vp8 {

struct Descriptor {
  bool non_reference = false;     // N: the frame can be dropped
  bool starts_partition = false;  // S
  uint8_t partition = 0;          // PID 0..7
  std::optional<uint16_t> picture_id;
  std::optional<uint8_t> tl0_picture_index;
  std::optional<uint8_t> temporal_layer;  // TID 0..3
  bool layer_sync = false;                // Y: refers to the base layer only
  std::optional<uint8_t> key_index;
  size_t size = 1;  // bytes before the VP8 data

  bool starts_frame() const { return starts_partition && partition == 0; }
};

// nullopt: cut short, or no byte of VP8 behind it.
std::optional<Descriptor> ParseDescriptor(ByteView payload);

// The one-byte form: X = 0.
uint8_t ShortDescriptor(bool non_reference, bool starts_partition, uint8_t partition);

struct FrameHeader {
  bool key_frame = false;
  uint32_t width = 0;  // of key frames, pixels without the scale that is asked for
  uint32_t height = 0;
};

// data: the beginning of a frame. nullopt: cut short, or a key frame without its start code.
std::optional<FrameHeader> ParseFrameHeader(ByteView data);

}  // namespace sluice::rtp::payload::vp8
