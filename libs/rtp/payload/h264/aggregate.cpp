#include "libs/rtp/payload/h264/aggregate.h"

#include "libs/base/byte_reader.h"
#include "libs/rtp/payload/h264/payload_structure.h"

namespace sluice::rtp::payload::h264 {

std::vector<ByteView> NalUnitsOf(ByteView payload) {
  const int type = payload.empty() ? 0 : payload[0] & kTypeMask;
  if (type >= 1 && type <= kLastNalUnitType) return {payload};
  if (type != kStapA) return {};
  std::vector<ByteView> nal_units;
  ByteReader reader(payload.subspan(1));
  while (reader.remaining() > 0) {
    const ByteView nal_unit = reader.ReadBytes(reader.ReadU16());
    if (!reader.ok()) return {};
    if (!nal_unit.empty()) nal_units.push_back(nal_unit);
  }
  return nal_units;
}

}  // namespace sluice::rtp::payload::h264
