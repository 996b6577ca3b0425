// What a source's sound is, as far as its conversion must know.
#pragma once

#include "absl/status/statusor.h"
#include "libs/media/track.h"

namespace sluice::transcoder {

struct SoundFormat {
  media::Codec codec = media::Codec::kAac;  // or kMp3, kPcmu, kPcma, kG722
  uint32_t sample_rate = 48000;  // of what is coded; SBR may double it, unseen by timestamps
  uint32_t channels = 2;         // of what is coded; 0: described by the bitstream itself
  Bytes codec_config;            // AAC: the AudioSpecificConfig, as the source has it
  uint32_t samples_per_access_unit = 1024;  // AAC: RTP ticks, of the core coder
  uint32_t opus_channels = 2;               // 1 or 2

  friend bool operator==(const SoundFormat&, const SoundFormat&) = default;
};

// More than two channels become stereo. So does mono AAC of a low rate, which may hold parametric
// stereo (HE-AAC v2) without saying so (ISO/IEC 14496-3 §1.6.5.3).
// InvalidArgument: its codec_config cannot be read, or it is sound of another codec.
absl::StatusOr<SoundFormat> SoundFormatOf(const media::Track& track);

}  // namespace sluice::transcoder
