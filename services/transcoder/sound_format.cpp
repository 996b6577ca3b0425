#include "services/transcoder/sound_format.h"

#include "libs/base/status_macros.h"
#include "libs/media/audio_specific_config.h"
#include "libs/media/mpeg_audio_header.h"

namespace sluice::transcoder {
namespace {

constexpr uint32_t kHighestRateOfSbr = 24000;  // of the core coder; decoders give out twice that

absl::StatusOr<SoundFormat> AacFormat(const media::Track& track) {
  SLUICE_ASSIGN_OR_RETURN(media::AudioSpecificConfig config,
                          media::ParseAudioSpecificConfig(track.codec_config));
  SoundFormat format;
  format.sample_rate = config.sample_rate;
  format.channels = config.channels;
  format.codec_config = track.codec_config;
  format.samples_per_access_unit = config.samples_per_access_unit();
  bool mono = config.output_channels() == 1 && config.sample_rate > kHighestRateOfSbr;
  format.opus_channels = mono ? 1 : 2;
  return format;
}

absl::StatusOr<SoundFormat> Mp3Format(const media::Track& track) {
  auto header = media::ParseMpegAudioHeader(track.codec_config);
  if (!header.has_value()) return absl::InvalidArgumentError("the MP3 track has no frame header");
  SoundFormat format;
  format.codec = media::Codec::kMp3;
  format.sample_rate = header->sample_rate;
  format.channels = header->channels;
  format.opus_channels = header->channels;
  return format;
}

// G.722 samples at 16 kHz, whatever its RTP clock says (RFC 3551 §4.5.2).
SoundFormat SampledFormat(const media::Track& track) {
  SoundFormat format;
  format.codec = track.codec;
  format.sample_rate = track.codec == media::Codec::kG722 ? 16000 : 8000;
  format.channels = 1;
  format.opus_channels = 1;
  return format;
}

}  // namespace

absl::StatusOr<SoundFormat> SoundFormatOf(const media::Track& track) {
  if (track.codec == media::Codec::kAac) return AacFormat(track);
  if (track.codec == media::Codec::kMp3) return Mp3Format(track);
  const bool sampled = track.codec == media::Codec::kPcmu || track.codec == media::Codec::kPcma ||
                       track.codec == media::Codec::kG722;
  if (sampled && track.channels <= 1) return SampledFormat(track);
  return absl::InvalidArgumentError("sound of this codec is not converted");
}

}  // namespace sluice::transcoder
