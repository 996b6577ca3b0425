#include "libs/flv/video_tag.h"

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"

namespace sluice::flv {

// FLV 10.1 §E.4.3.1, H.264:
//
//   0                   1                   2                   3
//   | type | codec |  AVCPacketType |        CompositionTime ...
//     ...           |  body
//
// Enhanced RTMP sets the highest bit of the first byte, and has a FourCC instead of the codec.
constexpr uint8_t kEnhancedBit = 0x80;

VideoTagResult ParseVideoTag(ByteView message) {
  ByteReader reader(message);
  uint8_t first = reader.ReadU8();
  if (!reader.ok()) return {std::nullopt, VideoTagError::kTruncated};
  if ((first & kEnhancedBit) != 0) return {std::nullopt, VideoTagError::kEnhanced};
  VideoTag tag;
  tag.frame_type = static_cast<VideoFrameType>(first >> 4);
  tag.codec = static_cast<VideoCodec>(first & 0x0f);
  if (tag.codec == VideoCodec::kH264) {
    uint8_t packet_type = reader.ReadU8();
    uint32_t composition_time = reader.ReadU24();
    if (!reader.ok()) return {std::nullopt, VideoTagError::kTruncated};
    if (packet_type > static_cast<uint8_t>(AvcPacketType::kEndOfSequence)) {
      return {std::nullopt, VideoTagError::kMalformed};
    }
    tag.packet_type = static_cast<AvcPacketType>(packet_type);
    // Sign of 24 bits.
    tag.composition_time_ms = static_cast<int32_t>(composition_time << 8) >> 8;
  }
  tag.body = reader.rest();
  return {tag, VideoTagError::kTruncated};
}

void AppendAvcTagHeader(VideoFrameType frame_type, AvcPacketType packet_type,
                        int32_t composition_time_ms, Bytes& out) {
  ByteWriter writer(out);
  writer.WriteU8(static_cast<uint8_t>(static_cast<uint8_t>(frame_type) << 4 |
                                      static_cast<uint8_t>(VideoCodec::kH264)));
  writer.WriteU8(static_cast<uint8_t>(packet_type));
  writer.WriteU24(static_cast<uint32_t>(composition_time_ms) & 0xffffff);
}

std::string_view VideoCodecName(VideoCodec codec) {
  switch (codec) {
    case VideoCodec::kSorensonH263:
      return "Sorenson H.263 (2)";
    case VideoCodec::kScreen:
      return "Screen Video (3)";
    case VideoCodec::kVp6:
      return "VP6 (4)";
    case VideoCodec::kVp6Alpha:
      return "VP6 with alpha (5)";
    case VideoCodec::kScreen2:
      return "Screen Video 2 (6)";
    case VideoCodec::kH264:
      return "H.264 (7)";
    case VideoCodec::kH265Unofficial:
      return "H.265 by codec id (12)";
  }
  return "unknown";
}

}  // namespace sluice::flv
