#include "libs/media/audio_specific_config.h"

#include <array>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/media/bit_reader.h"

namespace sluice::media {
namespace {

// Table 1.18, samplingFrequencyIndex.
constexpr std::array<uint32_t, 13> kSampleRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                                   22050, 16000, 12000, 11025, 8000,  7350};
constexpr uint32_t kExplicitRate = 15;
constexpr uint32_t kMaxSampleRate = 192000;
constexpr uint8_t kSbr = 5;
constexpr uint8_t kPs = 29;
constexpr uint32_t kSbrSyncExtension = 0x2b7;
constexpr uint32_t kPsSyncExtension = 0x548;

// GetAudioObjectType(), §1.6.2.1.
uint8_t ReadObjectType(BitReader& reader) {
  uint32_t type = reader.ReadBits(5);
  return static_cast<uint8_t>(type == 31 ? 32 + reader.ReadBits(6) : type);
}

// 0: reserved or impossible.
uint32_t ReadSampleRate(BitReader& reader) {
  uint32_t index = reader.ReadBits(4);
  if (index == kExplicitRate) {
    uint32_t rate = reader.ReadBits(24);
    return rate <= kMaxSampleRate ? rate : 0;
  }
  return index < kSampleRates.size() ? kSampleRates[index] : 0;
}

// Of channelConfiguration, Table 1.19. 255: reserved.
uint8_t ChannelsOf(uint32_t configuration) {
  if (configuration == 7) return 8;
  return configuration < 7 ? static_cast<uint8_t>(configuration) : uint8_t{255};
}

// Main, LC, SSR, LTP. The error resilient and scalable ones do not occur in what we take.
bool IsTakenObjectType(uint8_t type) { return type >= 1 && type <= 4; }

// GASpecificConfig(), §4.4.1. A channel configuration of 0 is followed by a program_config_element,
// which we do not need and behind which nothing else is read.
bool ReadGeneralAudio(BitReader& reader, AudioSpecificConfig& config) {
  config.frame_length = reader.ReadFlag() ? 960 : 1024;
  if (reader.ReadFlag()) reader.SkipBits(14);  // depends on a core coder: its delay
  reader.SkipBits(1);                          // extensionFlag: 0 for these object types
  return reader.ok();
}

// Backward compatible signalling: behind the core coder's configuration, unseen by old decoders.
// What is cut short there is as good as absent.
void ReadSyncExtension(BitReader& reader, AudioSpecificConfig& config) {
  if (config.channels == 0 || reader.remaining() < 16) return;
  if (reader.ReadBits(11) != kSbrSyncExtension || ReadObjectType(reader) != kSbr) return;
  if (!reader.ReadFlag()) return;
  uint32_t rate = ReadSampleRate(reader);
  if (!reader.ok() || rate == 0) return;
  config.sbr = true;
  config.output_sample_rate = rate;
  if (reader.remaining() >= 12 && reader.ReadBits(11) == kPsSyncExtension) {
    config.ps = reader.ReadFlag();
  }
}

// program_config_element(), Table 4.2, up to its channels:
//   element_instance_tag 4 | object_type 2 | sampling_frequency_index 4 | front 4 | side 4 | back 4
//   | lfe 2 | assoc_data 3 | valid_cc 4 | mono, stereo mixdown: present 1, if so 4 | matrix: 1, 3 |
//   front, side, back: is_cpe 1, tag 4
uint32_t ReadProgramChannels(BitReader& reader) {
  reader.SkipBits(10);
  uint32_t elements = 0;
  for (int i = 0; i < 3; ++i) elements += reader.ReadBits(4);
  uint32_t channels = reader.ReadBits(2);  // low frequency
  reader.SkipBits(7);
  if (reader.ReadFlag()) reader.SkipBits(4);
  if (reader.ReadFlag()) reader.SkipBits(4);
  if (reader.ReadFlag()) reader.SkipBits(3);
  for (uint32_t i = 0; i < elements; ++i) {
    channels += reader.ReadFlag() ? 2 : 1;
    reader.SkipBits(4);
  }
  return reader.ok() ? channels : 0;
}

class BitWriter {
 public:
  void Write(uint32_t value, int count) {
    for (int bit = count - 1; bit >= 0; --bit, ++position_) {
      if (position_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() |= static_cast<uint8_t>((value >> bit & 1) << (7 - position_ % 8));
    }
  }
  void WriteSampleRate(uint32_t rate) {
    for (size_t i = 0; i < kSampleRates.size(); ++i) {
      if (kSampleRates[i] == rate) return Write(static_cast<uint32_t>(i), 4);
    }
    Write(kExplicitRate, 4);
    Write(rate, 24);
  }
  Bytes Take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
  size_t position_ = 0;
};

//   audioObjectType 5 (31: + 6) | samplingFrequencyIndex 4 (15: + 24) | channelConfiguration 4
//   types 5 and 29: extension's sampling frequency | audioObjectType of the core coder
//   GASpecificConfig: frameLengthFlag 1 | dependsOnCoreCoder 1 | extensionFlag 1
//   0x2b7 11 | 5 5 | sbrPresent 1 | sampling frequency 4 | 0x548 11 | psPresent 1
absl::StatusOr<AudioSpecificConfig> ReadConfig(BitReader& reader) {
  AudioSpecificConfig config;
  config.object_type = ReadObjectType(reader);
  config.sample_rate = ReadSampleRate(reader);
  config.channels = ChannelsOf(reader.ReadBits(4));
  config.output_sample_rate = config.sample_rate;
  if (config.object_type == kSbr || config.object_type == kPs) {
    config.sbr = true;
    config.ps = config.object_type == kPs;
    config.output_sample_rate = ReadSampleRate(reader);
    config.object_type = ReadObjectType(reader);
  }
  if (!reader.ok()) return absl::InvalidArgumentError("AudioSpecificConfig is cut short");
  if (!IsTakenObjectType(config.object_type)) {
    return absl::InvalidArgumentError("not a kind of AAC that is taken");
  }
  if (config.sample_rate == 0 || config.output_sample_rate == 0 || config.channels == 255) {
    return absl::InvalidArgumentError("AudioSpecificConfig: reserved sample rate or channels");
  }
  if (!ReadGeneralAudio(reader, config)) {
    return absl::InvalidArgumentError("AudioSpecificConfig is cut short");
  }
  return config;
}

}  // namespace

absl::StatusOr<AudioSpecificConfig> ParseAudioSpecificConfig(ByteView bytes) {
  BitReader reader(bytes);
  SLUICE_ASSIGN_OR_RETURN(AudioSpecificConfig config, ReadConfig(reader));
  if (!config.sbr) ReadSyncExtension(reader, config);
  return config;
}

uint32_t CountAacChannels(ByteView audio_specific_config) {
  BitReader reader(audio_specific_config);
  absl::StatusOr<AudioSpecificConfig> config = ReadConfig(reader);
  if (!config.ok()) return 0;
  if (config->channels == 0) return ReadProgramChannels(reader);
  auto whole = ParseAudioSpecificConfig(audio_specific_config);  // with what follows, for PS
  return whole.ok() ? whole->output_channels() : 0;
}

Bytes Serialize(const AudioSpecificConfig& config) {
  BitWriter writer;
  if (config.sbr) writer.Write(config.ps ? kPs : kSbr, 5);
  if (!config.sbr) writer.Write(config.object_type, 5);
  writer.WriteSampleRate(config.sample_rate);
  writer.Write(config.channels == 8 ? 7 : config.channels, 4);
  if (config.sbr) {
    writer.WriteSampleRate(config.output_sample_rate);
    writer.Write(config.object_type, 5);
  }
  writer.Write(config.frame_length == 960 ? 1 : 0, 1);
  writer.Write(0, 2);
  return writer.Take();
}

}  // namespace sluice::media
