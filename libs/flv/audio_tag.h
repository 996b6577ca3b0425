// The body of an FLV audio tag, as RTMP carries it (Adobe FLV 10.1 §E.4.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libs/base/bytes.h"

namespace sluice::flv {

// SoundFormat. kAac and both kMp3 are taken; the rest are known by name for the refusal.
enum class AudioCodec : uint8_t {
  kPcmNative = 0,
  kAdpcm = 1,
  kMp3 = 2,
  kPcmLittleEndian = 3,
  kNellymoser16k = 4,
  kNellymoser8k = 5,
  kNellymoser = 6,
  kPcma = 7,
  kPcmu = 8,
  kEnhanced = 9,  // Enhanced RTMP: FourCC follows
  kAac = 10,
  kSpeex = 11,
  kMp3At8k = 14,
  kDeviceSpecific = 15,
};
// "AAC (10)", "Nellymoser (6)", "unknown", for refusals and logs.
std::string_view AudioCodecName(AudioCodec codec);

enum class AacPacketType : uint8_t {
  kSequenceHeader = 0,  // body: AudioSpecificConfig
  kRaw = 1,             // body: one raw_data_block
};

// Borrows: `message` of the parse must outlive it.
struct AudioTag {
  AudioCodec codec = AudioCodec::kAac;
  AacPacketType packet_type = AacPacketType::kRaw;  // AAC only
  ByteView body;                                    // after all headers; may be empty
};

// message: the payload of one RTMP audio message. nullopt: shorter than its headers, or AAC with an
// unknown AACPacketType. Packet path: allocates nothing.
std::optional<AudioTag> ParseAudioTag(ByteView message);

// The header bytes of an AAC tag: 2 bytes, to be followed by the body. Rate, size and channels in
// it are fixed values that AAC readers ignore (§E.4.2.1).
inline constexpr size_t kAacTagHeader = 2;
void AppendAacTagHeader(AacPacketType packet_type, Bytes& out);

// The header byte of an MP3 tag, to be followed by one whole frame. The tag has no number for every
// sample rate: the nearest stands there, and readers go by the frame.
void AppendMp3TagHeader(uint32_t sample_rate, uint8_t channels, Bytes& out);

}  // namespace sluice::flv
