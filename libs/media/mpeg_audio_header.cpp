#include "libs/media/mpeg_audio_header.h"

#include <array>

#include "libs/media/bit_reader.h"

namespace sluice::media {
namespace {

constexpr uint32_t kSync = 0x7ff;  // 11 bits: the twelfth of MPEG-1 and 2 tells 2.5 from them
constexpr uint32_t kReservedVersion = 1;
constexpr uint32_t kLayer3 = 1;
constexpr uint32_t kMono = 3;

// bitrate_index 1..14, kbit/s; 0 = free format, 15 is forbidden.
constexpr std::array<uint16_t, 16> kMpeg1Rates = {0,   32,  40,  48,  56,  64,  80,  96,
                                                  112, 128, 160, 192, 224, 256, 320, 0};
constexpr std::array<uint16_t, 16> kMpeg2Rates = {0,  8,  16, 24,  32,  40,  48,  56,
                                                  64, 80, 96, 112, 128, 144, 160, 0};
// sampling_frequency of MPEG-1; half of it for MPEG-2, a quarter for 2.5.
constexpr std::array<uint32_t, 4> kSampleRates = {44100, 48000, 32000, 0};

uint32_t SampleRateOf(MpegAudioVersion version, uint32_t index) {
  switch (version) {
    case MpegAudioVersion::kMpeg1:
      return kSampleRates[index];
    case MpegAudioVersion::kMpeg2:
      return kSampleRates[index] / 2;
    case MpegAudioVersion::kMpeg25:
      return kSampleRates[index] / 4;
  }
  return 0;
}

}  // namespace

//   syncword 11 | version 2 | layer 2 | protection 1 | bitrate_index 4 | sampling_frequency 2 |
//   padding 1 | private 1 | mode 2 | mode_extension 2 | copyright 1 | original 1 | emphasis 2
std::optional<MpegAudioHeader> ParseMpegAudioHeader(ByteView frame) {
  BitReader reader(frame);
  if (reader.ReadBits(11) != kSync) return std::nullopt;
  uint32_t version = reader.ReadBits(2);
  if (version == kReservedVersion || reader.ReadBits(2) != kLayer3) return std::nullopt;
  reader.SkipBits(1);
  MpegAudioHeader header;
  header.version = static_cast<MpegAudioVersion>(version);
  bool mpeg1 = header.version == MpegAudioVersion::kMpeg1;
  header.bitrate = 1000 * (mpeg1 ? kMpeg1Rates : kMpeg2Rates)[reader.ReadBits(4)];
  header.sample_rate = SampleRateOf(header.version, reader.ReadBits(2));
  uint32_t padding = reader.ReadBits(1);
  reader.SkipBits(1);
  header.channels = reader.ReadBits(2) == kMono ? 1 : 2;
  reader.SkipBits(6);
  if (!reader.ok() || header.bitrate == 0 || header.sample_rate == 0) return std::nullopt;
  header.samples = mpeg1 ? 1152 : 576;
  header.size = header.samples / 8 * header.bitrate / header.sample_rate + padding;
  return header;
}

}  // namespace sluice::media
