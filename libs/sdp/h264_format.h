// Which offered H.264 payload type a stream can be sent under (RFC 6184 §8.1, §8.2.2).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libs/base/bytes.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

// The profiles that profile-level-id tells apart (RFC 6184, table 5). Levels are not compared: what
// decodes 3.1 decodes what is asked of it here.
enum class H264Profile : uint8_t {
  kUnknown,
  kConstrainedBaseline,
  kBaseline,
  kMain,
  kExtended,
  kConstrainedHigh,
  kHigh,
  kOther,
};

// From profile_idc and the constraint flags of an SPS or a profile-level-id.
H264Profile ProfileOf(uint8_t profile_idc, uint8_t constraint_flags);
// codec_config: AVCDecoderConfigurationRecord; kUnknown if it is too short.
H264Profile ProfileOfTrack(ByteView codec_config);
// Of an offered format. Without profile-level-id it is Baseline (RFC 6184 §8.1), written
// leniently as constrained baseline.
H264Profile ProfileOfFormat(const Format& format);

// The payload type to send `profile` under: of those with packetization-mode=1 the same profile,
// else constrained baseline (42e01f), else the first. High without B-frames decodes there, though
// it is not listed. nullptr: no format is H264 with mode 1.
const Format* ChooseH264Format(std::span<const Format> formats, H264Profile profile);

}  // namespace sluice::sdp
