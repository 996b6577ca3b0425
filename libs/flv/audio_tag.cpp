#include "libs/flv/audio_tag.h"

#include "libs/base/byte_reader.h"

namespace sluice::flv {

// FLV 10.1 §E.4.2.1: SoundFormat (4 bits), SoundRate (2), SoundSize (1), SoundType (1); for AAC a
// byte AACPacketType follows.

std::optional<AudioTag> ParseAudioTag(ByteView message) {
  ByteReader reader(message);
  AudioTag tag;
  tag.codec = static_cast<AudioCodec>(reader.ReadU8() >> 4);
  if (tag.codec == AudioCodec::kAac) {
    uint8_t packet_type = reader.ReadU8();
    if (packet_type > static_cast<uint8_t>(AacPacketType::kRaw)) return std::nullopt;
    tag.packet_type = static_cast<AacPacketType>(packet_type);
  }
  if (!reader.ok()) return std::nullopt;
  tag.body = reader.rest();
  return tag;
}

void AppendAacTagHeader(AacPacketType packet_type, Bytes& out) {
  // "AAC: always SoundType 1 (stereo) and SoundRate 3 (44 kHz)"; the truth is in the
  // AudioSpecificConfig.
  constexpr uint8_t kAac44Stereo16 = 10 << 4 | 3 << 2 | 1 << 1 | 1;
  out.push_back(kAac44Stereo16);
  out.push_back(static_cast<uint8_t>(packet_type));
}

void AppendMp3TagHeader(uint32_t sample_rate, uint8_t channels, Bytes& out) {
  bool has_own_format = sample_rate == 8000;
  auto format = static_cast<uint8_t>(has_own_format ? AudioCodec::kMp3At8k : AudioCodec::kMp3);
  uint8_t rate = sample_rate >= 32000 ? 3 : sample_rate >= 16000 ? 2 : 1;  // 44.1, 22.05, 11.025
  constexpr uint8_t k16Bit = 1;
  out.push_back(
      static_cast<uint8_t>(format << 4 | rate << 2 | k16Bit << 1 | (channels > 1 ? 1 : 0)));
}

std::string_view AudioCodecName(AudioCodec codec) {
  switch (codec) {
    case AudioCodec::kPcmNative:
      return "PCM (0)";
    case AudioCodec::kAdpcm:
      return "ADPCM (1)";
    case AudioCodec::kMp3:
      return "MP3 (2)";
    case AudioCodec::kPcmLittleEndian:
      return "PCM little endian (3)";
    case AudioCodec::kNellymoser16k:
      return "Nellymoser 16 kHz (4)";
    case AudioCodec::kNellymoser8k:
      return "Nellymoser 8 kHz (5)";
    case AudioCodec::kNellymoser:
      return "Nellymoser (6)";
    case AudioCodec::kPcma:
      return "G.711 A-law (7)";
    case AudioCodec::kPcmu:
      return "G.711 mu-law (8)";
    case AudioCodec::kEnhanced:
      return "Enhanced RTMP audio (9)";
    case AudioCodec::kAac:
      return "AAC (10)";
    case AudioCodec::kSpeex:
      return "Speex (11)";
    case AudioCodec::kMp3At8k:
      return "MP3 8 kHz (14)";
    case AudioCodec::kDeviceSpecific:
      return "device-specific sound (15)";
  }
  return "unknown";
}

}  // namespace sluice::flv
