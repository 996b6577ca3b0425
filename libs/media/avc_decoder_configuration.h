// AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1): H.264 parameter sets as FLV and MP4
// carry them, and as Track.codec_config holds them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"

namespace sluice::media {

struct AvcDecoderConfiguration {
  uint8_t profile_idc = 0;
  uint8_t constraint_flags = 0;
  uint8_t level_idc = 0;
  int nal_length_size = 4;  // 1, 2 or 4
  std::vector<Bytes> sps;   // NAL units, at most 31
  std::vector<Bytes> pps;   // at most 255

  // Equal parameter sets and lengths mean equal records.
  friend bool operator==(const AvcDecoderConfiguration&, const AvcDecoderConfiguration&) = default;
};

// Extensions after the parameter sets (High profiles: chroma format, bit depths) are ignored.
// InvalidArgument: another version, cut short, a length size of 3, or no SPS.
absl::StatusOr<AvcDecoderConfiguration> ParseAvcDecoderConfiguration(ByteView bytes);

// Includes the extension of High profiles, read from the first SPS.
Bytes Serialize(const AvcDecoderConfiguration& configuration);

// A record with four-byte lengths. nullopt if there is no SPS or no PPS, or a set is too short or
// too long (65,535 bytes).
std::optional<AvcDecoderConfiguration> MakeAvcDecoderConfiguration(std::vector<Bytes> sps,
                                                                   std::vector<Bytes> pps);
// The same of the parameter sets among the NAL units of an access unit.
std::optional<AvcDecoderConfiguration> CollectParameterSets(std::span<const ByteView> nal_units);

}  // namespace sluice::media
