#include "libs/rtp/payload/vp8/descriptor.h"

#include "libs/base/byte_reader.h"

namespace sluice::rtp::payload::vp8 {
namespace {

// | X 1 | R 1 | N 1 | S 1 | R 1 | PID 3 |
constexpr uint8_t kExtended = 0x80;
constexpr uint8_t kNonReference = 0x20;
constexpr uint8_t kStart = 0x10;
constexpr uint8_t kPartitionMask = 0x07;
// | I 1 | L 1 | T 1 | K 1 | reserved 4 |
constexpr uint8_t kHasPictureId = 0x80;
constexpr uint8_t kHasTl0PictureIndex = 0x40;
constexpr uint8_t kHasTemporalLayer = 0x20;
constexpr uint8_t kHasKeyIndex = 0x10;

}  // namespace

// After the extension byte: PictureID of 7 bits, or of 15 behind a set bit M; TL0PICIDX 8;
// | TID 2 | Y 1 | KEYIDX 5 |, one byte for T and K.
std::optional<Descriptor> ParseDescriptor(ByteView payload) {
  ByteReader reader(payload);
  Descriptor descriptor;
  const uint8_t first = reader.ReadU8();
  descriptor.non_reference = (first & kNonReference) != 0;
  descriptor.starts_partition = (first & kStart) != 0;
  descriptor.partition = first & kPartitionMask;
  const uint8_t has = (first & kExtended) != 0 ? reader.ReadU8() : 0;
  if ((has & kHasPictureId) != 0) {
    const uint8_t high = reader.ReadU8();
    descriptor.picture_id =
        (high & 0x80) == 0 ? high : static_cast<uint16_t>((high & 0x7f) << 8 | reader.ReadU8());
  }
  if ((has & kHasTl0PictureIndex) != 0) descriptor.tl0_picture_index = reader.ReadU8();
  if ((has & (kHasTemporalLayer | kHasKeyIndex)) != 0) {
    const uint8_t layer = reader.ReadU8();
    if ((has & kHasTemporalLayer) != 0) {
      descriptor.temporal_layer = layer >> 6;
      descriptor.layer_sync = (layer & 0x20) != 0;
    }
    if ((has & kHasKeyIndex) != 0) descriptor.key_index = layer & 0x1f;
  }
  descriptor.size = reader.position();
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  return descriptor;
}

uint8_t ShortDescriptor(bool non_reference, bool starts_partition, uint8_t partition) {
  return static_cast<uint8_t>((non_reference ? kNonReference : 0) |
                              (starts_partition ? kStart : 0) | (partition & kPartitionMask));
}

// | Size0 3 | H 1 | VER 3 | P 1 | Size1 8 | Size2 8 |, then of key frames 9d 01 2a and two
// little-endian numbers of 14 bits with a scale of 2.
std::optional<FrameHeader> ParseFrameHeader(ByteView data) {
  constexpr size_t kKeyFrameHeader = 10;
  if (data.size() < 3) return std::nullopt;
  FrameHeader header;
  header.key_frame = (data[0] & 1) == 0;
  if (!header.key_frame) return header;
  if (data.size() < kKeyFrameHeader || data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a) {
    return std::nullopt;
  }
  header.width = static_cast<uint32_t>(data[6] | (data[7] & 0x3f) << 8);
  header.height = static_cast<uint32_t>(data[8] | (data[9] & 0x3f) << 8);
  return header;
}

}  // namespace sluice::rtp::payload::vp8
