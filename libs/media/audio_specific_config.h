// AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1): what an AAC track is, as FLV and MP4 carry it, as
// RFC 3640 puts it into `config`, and as Track.codec_config holds it.
#pragma once

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"

namespace sluice::media {

struct AudioSpecificConfig {
  uint8_t object_type = 2;       // of the core coder: 2 = AAC LC
  uint32_t sample_rate = 48000;  // of the core coder. Our RTP clock rate for AAC
  uint8_t channels = 2;          // 1..8, of the core coder; 0 = described by the bitstream itself
  uint32_t frame_length = 1024;  // samples of the core coder per access unit: 1024 or 960
  bool sbr = false;              // signalled explicitly (HE-AAC); decoders may also find it unsaid
  bool ps = false;               // parametric stereo (HE-AAC v2)
  uint32_t output_sample_rate = 48000;  // twice sample_rate with SBR, usually

  // After parametric stereo.
  uint8_t output_channels() const { return ps && channels == 1 ? 2 : channels; }
  // RTP ticks of one access unit, at a clock rate of sample_rate.
  uint32_t samples_per_access_unit() const { return frame_length; }

  friend bool operator==(const AudioSpecificConfig&, const AudioSpecificConfig&) = default;
};

// Takes hierarchical (object type 5 or 29 first) and backward compatible (sync extension 0x2b7)
// signalling of SBR and PS.
// InvalidArgument: cut short, a reserved sample rate or channel configuration, or an object type
// other than Main, LC, SSR and LTP.
absl::StatusOr<AudioSpecificConfig> ParseAudioSpecificConfig(ByteView bytes);

// Channels that are heard: output_channels(), or those that a program_config_element (§4.5.1.2)
// behind a channel configuration of 0 counts up, as encoders write it for unusual layouts.
// 0: not said, or not to be parsed. At most 255.
uint32_t CountAacChannels(ByteView audio_specific_config);

// The shortest form; SBR and PS in hierarchical signalling.
Bytes Serialize(const AudioSpecificConfig& config);

}  // namespace sluice::media
