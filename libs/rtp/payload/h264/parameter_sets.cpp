#include "libs/rtp/payload/h264/parameter_sets.h"

#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/bit_reader.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"

namespace sluice::rtp::payload::h264 {

using media::H264NalUnitType;

void ParameterSets::TakeConfig(ByteView codec_config) {
  auto configuration = media::ParseAvcDecoderConfiguration(codec_config);
  if (!configuration.ok()) return;
  for (const Bytes& sps : configuration->sps) Take(sps);
  for (const Bytes& pps : configuration->pps) Take(pps);
}

void ParameterSets::Take(ByteView nal_unit) {
  const H264NalUnitType type = media::TypeOf(nal_unit);
  if (nal_unit.size() > kMaxBytes) return;
  if (type == H264NalUnitType::kSps) {
    const auto sps = media::ParseH264Sps(nal_unit);
    if (!sps.ok()) return;
    size_ = {sps->width, sps->height};
    Keep(sps_, kMaxSps, sps->id, nal_unit);
  } else if (type == H264NalUnitType::kPps) {
    // pic_parameter_set_id comes first (ITU-T H.264 §7.3.2.2). Emulation prevention cannot reach
    // into a number that is below 256.
    media::BitReader bits(nal_unit.subspan(1));
    const uint32_t id = bits.ReadUnsignedExpGolomb();
    if (bits.ok() && id < 256) Keep(pps_, kMaxPps, id, nal_unit);
  }
}

void ParameterSets::Keep(Sets& sets, size_t most, uint32_t id, ByteView nal_unit) {
  const auto found = sets.find(id);
  if (found == sets.end()) {
    if (sets.size() == most) return;
    sets.emplace(id, ToBytes(nal_unit));
  } else {
    if (AsText(found->second) == AsText(nal_unit)) return;
    found->second = ToBytes(nal_unit);
  }
  ++version_;
}

std::vector<ByteView> ParameterSets::NalUnits() const {
  std::vector<ByteView> nal_units;
  for (const auto& [id, sps] : sps_) nal_units.emplace_back(sps);
  for (const auto& [id, pps] : pps_) nal_units.emplace_back(pps);
  return nal_units;
}

Bytes ParameterSets::Config() const {
  if (!complete()) return {};
  const std::vector<ByteView> nal_units = NalUnits();
  const auto configuration = media::CollectParameterSets(nal_units);
  return configuration ? media::Serialize(*configuration) : Bytes();
}

}  // namespace sluice::rtp::payload::h264
