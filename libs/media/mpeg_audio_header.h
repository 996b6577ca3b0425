// The header of an MPEG audio frame, layer III: MP3 (ISO/IEC 11172-3 §2.4.1.3, 13818-3; MPEG-2.5
// is an extension in no standard that every decoder knows).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "libs/base/bytes.h"

namespace sluice::media {

inline constexpr size_t kMpegAudioHeader = 4;  // bytes
// 320 kbit/s at 32 kHz and 160 kbit/s at 8 kHz are the longest.
inline constexpr size_t kMaxMpegAudioFrame = 1441;

enum class MpegAudioVersion : uint8_t { kMpeg25 = 0, kMpeg2 = 2, kMpeg1 = 3 };

struct MpegAudioHeader {
  MpegAudioVersion version = MpegAudioVersion::kMpeg1;
  uint32_t sample_rate = 44100;  // 8000..48000
  uint32_t bitrate = 128000;     // of this frame, bit/s
  uint8_t channels = 2;          // 1 or 2
  uint32_t samples = 1152;       // of the frame, per channel: 1152, or 576 of MPEG-2 and 2.5
  size_t size = 417;             // of the frame with its header, bytes

  friend bool operator==(const MpegAudioHeader&, const MpegAudioHeader&) = default;
};

// Reads the header that `frame` begins with. nullopt: shorter than a header, no sync word, not
// layer III, a reserved value, or the free format, whose frames do not say their size. Packet path:
// allocates nothing.
std::optional<MpegAudioHeader> ParseMpegAudioHeader(ByteView frame);

}  // namespace sluice::media
