// RFC 6184 §8.1, table 5: profile_idc and the constraint flags that tell profiles apart. `mask`
// says which of constraint_set0..5 (from the highest bit down) count, `flags` what they must be.
#include "libs/sdp/h264_format.h"

#include <array>
#include <charconv>

namespace sluice::sdp {
namespace {

struct ProfilePattern {
  uint8_t profile_idc;
  uint8_t mask;
  uint8_t flags;
  H264Profile profile;
};

constexpr std::array<ProfilePattern, 11> kPatterns = {{
    {0x42, 0x4f, 0x40, H264Profile::kConstrainedBaseline},
    {0x4d, 0x8f, 0x80, H264Profile::kConstrainedBaseline},
    {0x58, 0xcf, 0xc0, H264Profile::kConstrainedBaseline},
    {0x42, 0x4f, 0x00, H264Profile::kBaseline},
    {0x58, 0xcf, 0x80, H264Profile::kBaseline},
    {0x4d, 0xaf, 0x00, H264Profile::kMain},
    {0x58, 0xcf, 0x00, H264Profile::kExtended},
    {0x64, 0xff, 0x0c, H264Profile::kConstrainedHigh},
    {0x64, 0xff, 0x00, H264Profile::kHigh},
    {0x64, 0x00, 0x00, H264Profile::kHigh},
    {0x42, 0x00, 0x00, H264Profile::kBaseline},
}};

bool IsMode1(const Format& format) {
  return IsEncoding(format, "H264") && FindParameter(format, "packetization-mode") == "1";
}

}  // namespace

H264Profile ProfileOf(uint8_t profile_idc, uint8_t constraint_flags) {
  for (const ProfilePattern& pattern : kPatterns) {
    if (pattern.profile_idc == profile_idc && (constraint_flags & pattern.mask) == pattern.flags) {
      return pattern.profile;
    }
  }
  return H264Profile::kOther;
}

H264Profile ProfileOfTrack(ByteView codec_config) {
  // ISO/IEC 14496-15 §5.3.3.1.2: version, profile, compatibility, level.
  if (codec_config.size() < 4) return H264Profile::kUnknown;
  return ProfileOf(codec_config[1], codec_config[2]);
}

H264Profile ProfileOfFormat(const Format& format) {
  const auto text = FindParameter(format, "profile-level-id");
  if (!text) return H264Profile::kConstrainedBaseline;
  uint32_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number, 16);
  if (error != std::errc() || stop != end || text->size() != 6) return H264Profile::kUnknown;
  return ProfileOf(static_cast<uint8_t>(number >> 16), static_cast<uint8_t>(number >> 8));
}

const Format* ChooseH264Format(std::span<const Format> formats, H264Profile profile) {
  const Format* constrained_baseline = nullptr;
  const Format* first = nullptr;
  for (const Format& format : formats) {
    if (!IsMode1(format)) continue;
    const H264Profile offered = ProfileOfFormat(format);
    const bool comparable = profile != H264Profile::kUnknown && profile != H264Profile::kOther;
    if (comparable && offered == profile) return &format;
    if (first == nullptr) first = &format;
    if (constrained_baseline == nullptr && offered == H264Profile::kConstrainedBaseline) {
      constrained_baseline = &format;
    }
  }
  return constrained_baseline != nullptr ? constrained_baseline : first;
}

}  // namespace sluice::sdp
