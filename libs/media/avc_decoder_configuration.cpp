#include "libs/media/avc_decoder_configuration.h"

#include <utility>

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"
#include "libs/media/bit_reader.h"
#include "libs/media/h264_nal_unit.h"

namespace sluice::media {
namespace {

constexpr size_t kMaxSps = 31;     // five bits
constexpr size_t kMaxPps = 255;    // eight bits
constexpr size_t kMaxSet = 65535;  // a 16-bit length

std::vector<Bytes> ReadSets(ByteReader& reader, size_t count) {
  std::vector<Bytes> sets;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    ByteView set = reader.ReadBytes(reader.ReadU16());
    if (!set.empty()) sets.emplace_back(set.begin(), set.end());
  }
  return sets;
}

void WriteSets(ByteWriter& writer, const std::vector<Bytes>& sets) {
  for (const Bytes& set : sets) {
    writer.WriteU16(static_cast<uint16_t>(set.size()));
    writer.WriteBytes(set);
  }
}

bool HasExtension(uint8_t profile_idc) {
  return profile_idc == 100 || profile_idc == 110 || profile_idc == 122 || profile_idc == 144 ||
         profile_idc == 244;
}

// chroma_format and bit depths, as the SPS says them right behind its id.
void WriteExtension(ByteWriter& writer, ByteView sps) {
  Bytes payload = RemoveEmulationPrevention(sps);
  BitReader reader(payload);
  reader.SkipBits(32);  // NAL unit header, profile, constraints, level
  reader.ReadUnsignedExpGolomb();
  uint32_t chroma_format = reader.ReadUnsignedExpGolomb();
  if (chroma_format == 3) reader.SkipBits(1);
  uint32_t luma_depth = reader.ReadUnsignedExpGolomb();
  uint32_t chroma_depth = reader.ReadUnsignedExpGolomb();
  writer.WriteU8(static_cast<uint8_t>(0xfc | (chroma_format & 3)));
  writer.WriteU8(static_cast<uint8_t>(0xf8 | (luma_depth & 7)));
  writer.WriteU8(static_cast<uint8_t>(0xf8 | (chroma_depth & 7)));
  writer.WriteU8(0);  // no SPS extensions
}

bool AreOf(H264NalUnitType type, const std::vector<Bytes>& sets, size_t max_count) {
  if (sets.empty() || sets.size() > max_count) return false;
  for (const Bytes& set : sets) {
    if (TypeOf(set) != type || set.size() > kMaxSet) return false;
  }
  return true;
}

}  // namespace

//   version 8 = 1 | profile 8 | constraints 8 | level 8 | 111111 length_size-1 2
//   111 count of SPS 5 | { length 16, SPS }... | count of PPS 8 | { length 16, PPS }...
absl::StatusOr<AvcDecoderConfiguration> ParseAvcDecoderConfiguration(ByteView bytes) {
  ByteReader reader(bytes);
  uint8_t version = reader.ReadU8();
  AvcDecoderConfiguration configuration;
  configuration.profile_idc = reader.ReadU8();
  configuration.constraint_flags = reader.ReadU8();
  configuration.level_idc = reader.ReadU8();
  configuration.nal_length_size = (reader.ReadU8() & 3) + 1;
  configuration.sps = ReadSets(reader, reader.ReadU8() & 0x1f);
  configuration.pps = ReadSets(reader, reader.ReadU8());
  if (!reader.ok()) return absl::InvalidArgumentError("avcC is cut short");
  if (version != 1) return absl::InvalidArgumentError("avcC has an unknown version");
  if (configuration.nal_length_size == 3) return absl::InvalidArgumentError("avcC: length size 3");
  if (configuration.sps.empty()) return absl::InvalidArgumentError("avcC has no SPS");
  return configuration;
}

Bytes Serialize(const AvcDecoderConfiguration& configuration) {
  Bytes out;
  ByteWriter writer(out);
  writer.WriteU8(1);
  writer.WriteU8(configuration.profile_idc);
  writer.WriteU8(configuration.constraint_flags);
  writer.WriteU8(configuration.level_idc);
  writer.WriteU8(static_cast<uint8_t>(0xfc | (configuration.nal_length_size - 1)));
  writer.WriteU8(static_cast<uint8_t>(0xe0 | configuration.sps.size()));
  WriteSets(writer, configuration.sps);
  writer.WriteU8(static_cast<uint8_t>(configuration.pps.size()));
  WriteSets(writer, configuration.pps);
  if (HasExtension(configuration.profile_idc) && !configuration.sps.empty()) {
    WriteExtension(writer, configuration.sps.front());
  }
  return out;
}

std::optional<AvcDecoderConfiguration> MakeAvcDecoderConfiguration(std::vector<Bytes> sps,
                                                                   std::vector<Bytes> pps) {
  if (!AreOf(H264NalUnitType::kSps, sps, kMaxSps) || !AreOf(H264NalUnitType::kPps, pps, kMaxPps) ||
      sps.front().size() < 4) {
    return std::nullopt;
  }
  AvcDecoderConfiguration configuration;
  configuration.profile_idc = sps.front()[1];
  configuration.constraint_flags = sps.front()[2];
  configuration.level_idc = sps.front()[3];
  configuration.sps = std::move(sps);
  configuration.pps = std::move(pps);
  return configuration;
}

std::optional<AvcDecoderConfiguration> CollectParameterSets(std::span<const ByteView> nal_units) {
  std::vector<Bytes> sps;
  std::vector<Bytes> pps;
  for (ByteView nal_unit : nal_units) {
    if (TypeOf(nal_unit) == H264NalUnitType::kSps) sps.push_back(ToBytes(nal_unit));
    if (TypeOf(nal_unit) == H264NalUnitType::kPps) pps.push_back(ToBytes(nal_unit));
  }
  return MakeAvcDecoderConfiguration(std::move(sps), std::move(pps));
}

}  // namespace sluice::media
