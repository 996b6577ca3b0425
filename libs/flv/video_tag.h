// The body of an FLV video tag, as RTMP carries it (Adobe FLV 10.1 §E.4.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libs/base/bytes.h"

namespace sluice::flv {

enum class VideoFrameType : uint8_t {
  kKey = 1,
  kInter = 2,
  kDisposableInter = 3,  // H.263 only
  kGeneratedKey = 4,     // made by servers
  kCommand = 5,          // no picture in it
};

// CodecID. kH264 is the one that is taken; the rest are known by name for the refusal.
enum class VideoCodec : uint8_t {
  kSorensonH263 = 2,
  kScreen = 3,
  kVp6 = 4,
  kVp6Alpha = 5,
  kScreen2 = 6,
  kH264 = 7,
  kH265Unofficial = 12,  // an extension of some encoders, in no standard
};
// "H.264 (7)", "VP6 (4)", "unknown", for refusals and logs.
std::string_view VideoCodecName(VideoCodec codec);

enum class AvcPacketType : uint8_t {
  kSequenceHeader = 0,  // body: AVCDecoderConfigurationRecord
  kNalUnits = 1,        // body: one access unit, NAL units with lengths before them
  kEndOfSequence = 2,   // no body
};

// Borrows: `message` of the parse must outlive it.
struct VideoTag {
  VideoFrameType frame_type = VideoFrameType::kInter;
  VideoCodec codec = VideoCodec::kH264;
  AvcPacketType packet_type = AvcPacketType::kNalUnits;  // H.264 only
  int32_t composition_time_ms = 0;  // presentation minus decoding time, 24 bit signed; H.264 only
  ByteView body;                    // after all headers; may be empty
};

// Why a video message gave no tag.
enum class VideoTagError : uint8_t {
  kTruncated,  // shorter than its headers
  kEnhanced,   // Enhanced RTMP (FourCC) header, not supported yet
  kMalformed,  // H.264 with an unknown AVCPacketType
};

struct VideoTagResult {
  std::optional<VideoTag> tag;
  VideoTagError error = VideoTagError::kTruncated;  // if there is no tag
};

// message: the payload of one RTMP video message. Tags of other codecs than H.264 have codec, frame
// type and the rest as body. Packet path: allocates nothing.
VideoTagResult ParseVideoTag(ByteView message);

// The header bytes of an H.264 tag: 5 bytes, to be followed by the body.
inline constexpr size_t kAvcTagHeader = 5;
void AppendAvcTagHeader(VideoFrameType frame_type, AvcPacketType packet_type,
                        int32_t composition_time_ms, Bytes& out);

}  // namespace sluice::flv
