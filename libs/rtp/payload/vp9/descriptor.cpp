#include "libs/rtp/payload/vp9/descriptor.h"

#include "libs/base/byte_reader.h"
#include "libs/media/bit_reader.h"

namespace sluice::rtp::payload::vp9 {
namespace {

// | I 1 | P 1 | L 1 | F 1 | B 1 | E 1 | V 1 | Z 1 |
constexpr uint8_t kHasPictureId = 0x80;
constexpr uint8_t kInterPredicted = 0x40;
constexpr uint8_t kHasLayers = 0x20;
constexpr uint8_t kFlexible = 0x10;

// | TID 3 | U 1 | SID 3 | D 1 |, and TL0PICIDX 8 unless flexible.
void ReadLayers(ByteReader& reader, Descriptor& descriptor) {
  const uint8_t layers = reader.ReadU8();
  descriptor.temporal_layer = layers >> 5;
  descriptor.switching_up = (layers & 0x10) != 0;
  descriptor.spatial_layer = layers >> 1 & 7;
  descriptor.inter_layer = (layers & 1) != 0;
  if (!descriptor.flexible) reader.Skip(1);
}

// { P_DIFF 7 | N 1 }..., at most three.
bool SkipReferences(ByteReader& reader) {
  for (int i = 0; i < 3; ++i) {
    if ((reader.ReadU8() & 1) == 0) return true;
  }
  return false;
}

// | N_S 3 | Y 1 | G 1 | reserved 3 |, if Y { width 16 | height 16 } per layer, if G the group:
// N_G 8, { TID 3 | U 1 | R 2 | reserved 2 | P_DIFF 8 times R }...
Descriptor::Structure ReadStructure(ByteReader& reader) {
  const uint8_t first = reader.ReadU8();
  Descriptor::Structure structure;
  structure.spatial_layers = static_cast<uint8_t>((first >> 5) + 1);
  for (int i = 0; (first & 0x10) != 0 && i < structure.spatial_layers; ++i) {
    structure.width = reader.ReadU16();
    structure.height = reader.ReadU16();
  }
  const int group = (first & 0x08) != 0 ? reader.ReadU8() : 0;
  for (int i = 0; i < group && reader.ok(); ++i) reader.Skip(reader.ReadU8() >> 2 & 3);
  return structure;
}

// color_config() up to what is wanted: all profiles of 8 bits and more. False: reserved values.
bool SkipColorConfig(media::BitReader& bits, uint32_t profile) {
  constexpr uint32_t kRgb = 7;
  if (profile >= 2) bits.SkipBits(1);
  if (bits.ReadBits(3) != kRgb) {
    bits.SkipBits(1);
    if (profile == 1 || profile == 3) bits.SkipBits(3);
    return true;
  }
  if (profile != 1 && profile != 3) return false;
  bits.SkipBits(1);
  return true;
}

}  // namespace

std::optional<Descriptor> ParseDescriptor(ByteView payload) {
  ByteReader reader(payload);
  Descriptor descriptor;
  const uint8_t first = reader.ReadU8();
  descriptor.inter_predicted = (first & kInterPredicted) != 0;
  descriptor.flexible = (first & kFlexible) != 0;
  descriptor.starts_frame = (first & kStarts) != 0;
  descriptor.ends_frame = (first & kEnds) != 0;
  if ((first & kHasPictureId) != 0) {
    const uint8_t high = reader.ReadU8();
    descriptor.picture_id =
        (high & 0x80) == 0 ? high : static_cast<uint16_t>((high & 0x7f) << 8 | reader.ReadU8());
  }
  if ((first & kHasLayers) != 0) ReadLayers(reader, descriptor);
  if (descriptor.flexible && descriptor.inter_predicted && !SkipReferences(reader)) {
    return std::nullopt;
  }
  descriptor.structure_offset = reader.position();
  if ((first & kHasStructure) != 0) descriptor.structure = ReadStructure(reader);
  descriptor.size = reader.position();
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  return descriptor;
}

uint8_t ShortDescriptor(bool inter_predicted, bool starts_frame, bool ends_frame) {
  return static_cast<uint8_t>((inter_predicted ? kInterPredicted : 0) |
                              (starts_frame ? kStarts : 0) | (ends_frame ? kEnds : 0));
}

// frame_marker 2 = 2, profile 2 (low bit first) and a reserved bit of profile 3,
// show_existing_frame 1, frame_type 1 (0 = key), show_frame 1, error_resilient 1; of key frames
// then 49 83 42, color_config, width - 1 and height - 1 of 16 bits.
std::optional<FrameHeader> ParseFrameHeader(ByteView data) {
  media::BitReader bits(data);
  if (bits.ReadBits(2) != 2) return std::nullopt;
  const uint32_t low = bits.ReadBits(1);
  const uint32_t profile = low | bits.ReadBits(1) << 1;
  if (profile == 3) bits.SkipBits(1);
  FrameHeader header;
  if (bits.ReadFlag()) return bits.ok() ? std::optional(header) : std::nullopt;
  header.key_frame = !bits.ReadFlag();
  bits.SkipBits(2);
  if (header.key_frame) {
    if (bits.ReadBits(24) != 0x498342 || !SkipColorConfig(bits, profile)) return std::nullopt;
    header.width = bits.ReadBits(16) + 1;
    header.height = bits.ReadBits(16) + 1;
  }
  return bits.ok() ? std::optional(header) : std::nullopt;
}

}  // namespace sluice::rtp::payload::vp9
