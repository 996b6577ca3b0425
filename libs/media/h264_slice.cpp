#include "libs/media/h264_slice.h"

#include "libs/media/bit_reader.h"
#include "libs/media/h264_nal_unit.h"

namespace sluice::media {
namespace {

// Table A-1, level 6.2: MaxFS.
constexpr uint32_t kMaxMacroblocks = 139264;

}  // namespace

//  first_mb_in_slice ue(v)   slice_type ue(v)   pic_parameter_set_id ue(v)   ...
std::optional<H264SliceStart> ParseH264SliceStart(ByteView nal_unit) {
  H264NalUnitType type = TypeOf(nal_unit);
  if (type != H264NalUnitType::kSlice && type != H264NalUnitType::kSlicePartitionA &&
      type != H264NalUnitType::kIdrSlice) {
    return std::nullopt;
  }
  // A first_mb of real pictures (below 2^17) has no two zero bytes, so no emulation prevention byte
  // can stand before the end of slice_type.
  BitReader reader(nal_unit.subspan(1));
  H264SliceStart slice;
  slice.first_mb = reader.ReadUnsignedExpGolomb();
  uint32_t slice_type = reader.ReadUnsignedExpGolomb();
  if (!reader.ok() || slice.first_mb >= kMaxMacroblocks || slice_type > 9) return std::nullopt;
  slice.type = H264SliceType(slice_type % 5);
  return slice;
}

}  // namespace sluice::media
