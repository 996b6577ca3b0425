#include "libs/media/h264_sps.h"

#include "libs/media/bit_reader.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps_syntax.h"

namespace sluice::media {
namespace {

constexpr uint32_t kMaxSide = 16384;  // pixels; level 6.2 allows 16,880
constexpr uint32_t kExtendedSar = 255;
constexpr uint32_t kMaxBitDepthOverEight = 6;  // §7.4.2.1.1

// profile_idc values that carry chroma_format_idc and scaling matrices, §7.3.2.1.1.
bool HasChromaFormat(uint8_t profile_idc) {
  switch (profile_idc) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135:
      return true;
    default:
      return false;
  }
}

// §7.3.2.1.1.1; only to find its end.
void SkipScalingList(BitReader& reader, int size) {
  int last_scale = 8;
  int next_scale = 8;
  for (int i = 0; i < size && reader.ok(); ++i) {
    if (next_scale != 0) next_scale = (last_scale + (reader.ReadSignedExpGolomb() & 0xff)) & 0xff;
    if (next_scale != 0) last_scale = next_scale;
  }
}

// False if impossible. separate_planes: separate_colour_plane_flag.
bool ReadChromaFormat(BitReader& reader, H264Sps& sps, bool& separate_planes) {
  sps.chroma_format_idc = reader.ReadUnsignedExpGolomb();
  if (sps.chroma_format_idc == 3) separate_planes = reader.ReadFlag();
  const uint32_t luma = reader.ReadUnsignedExpGolomb();
  const uint32_t chroma = reader.ReadUnsignedExpGolomb();
  if (sps.chroma_format_idc > 3 || luma > kMaxBitDepthOverEight || chroma > kMaxBitDepthOverEight) {
    return false;
  }
  sps.bit_depth_luma = 8 + luma;
  sps.bit_depth_chroma = 8 + chroma;
  reader.SkipBits(1);       // qpprime_y_zero_transform_bypass_flag
  if (reader.ReadFlag()) {  // seq_scaling_matrix_present_flag
    int lists = sps.chroma_format_idc == 3 ? 12 : 8;
    for (int i = 0; i < lists; ++i) {
      if (reader.ReadFlag()) SkipScalingList(reader, i < 6 ? 16 : 64);
    }
  }
  return true;
}

void SkipPictureOrderCount(BitReader& reader, uint32_t type) {
  if (type == 0) {
    reader.ReadUnsignedExpGolomb();  // log2_max_pic_order_cnt_lsb_minus4
  } else if (type == 1) {
    reader.SkipBits(1);                               // delta_pic_order_always_zero_flag
    reader.ReadSignedExpGolomb();                     // offset_for_non_ref_pic
    reader.ReadSignedExpGolomb();                     // offset_for_top_to_bottom_field
    uint32_t count = reader.ReadUnsignedExpGolomb();  // at most 255
    for (uint32_t i = 0; i < count && reader.ok(); ++i) reader.ReadSignedExpGolomb();
  }
}

// Width and height with cropping, §7.4.2.1.1. False if impossible.
bool ReadSize(BitReader& reader, bool separate_planes, H264Sps& sps) {
  uint64_t width = (uint64_t{reader.ReadUnsignedExpGolomb()} + 1) * 16;
  uint64_t map_units = uint64_t{reader.ReadUnsignedExpGolomb()} + 1;
  sps.frame_mbs_only = reader.ReadFlag();
  uint64_t height = map_units * 16 * (sps.frame_mbs_only ? 1 : 2);
  if (!sps.frame_mbs_only) reader.SkipBits(1);  // mb_adaptive_frame_field_flag
  reader.SkipBits(1);                           // direct_8x8_inference_flag
  if (!reader.ok() || width > kMaxSide || height > kMaxSide) return false;
  if (reader.ReadFlag()) {  // frame_cropping_flag
    bool whole = sps.chroma_format_idc == 0 || separate_planes;
    uint64_t unit_x = whole || sps.chroma_format_idc == 3 ? 1 : 2;
    uint64_t unit_y = (whole || sps.chroma_format_idc != 1 ? 1 : 2) * (sps.frame_mbs_only ? 1 : 2);
    uint64_t left = reader.ReadUnsignedExpGolomb();
    uint64_t right = reader.ReadUnsignedExpGolomb();
    uint64_t top = reader.ReadUnsignedExpGolomb();
    uint64_t bottom = reader.ReadUnsignedExpGolomb();
    uint64_t crop_x = (left + right) * unit_x;
    uint64_t crop_y = (top + bottom) * unit_y;
    if (crop_x >= width || crop_y >= height) return false;
    width -= crop_x;
    height -= crop_y;
  }
  sps.width = static_cast<uint32_t>(width);
  sps.height = static_cast<uint32_t>(height);
  return reader.ok();
}

// E.1.2. Returns whether it was present.
bool SkipHrd(BitReader& reader) {
  if (!reader.ReadFlag()) return false;
  uint32_t count = reader.ReadUnsignedExpGolomb() + 1;  // at most 32
  reader.SkipBits(8);                                   // bit_rate_scale, cpb_size_scale
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    reader.ReadUnsignedExpGolomb();
    reader.ReadUnsignedExpGolomb();
    reader.SkipBits(1);
  }
  reader.SkipBits(20);
  return true;
}

void SkipColour(BitReader& reader) {
  if (reader.ReadFlag() && reader.ReadBits(8) == kExtendedSar) reader.SkipBits(32);
  if (reader.ReadFlag()) reader.SkipBits(1);  // overscan
  if (reader.ReadFlag()) {                    // video_signal_type
    reader.SkipBits(4);
    if (reader.ReadFlag()) reader.SkipBits(24);
  }
  if (reader.ReadFlag()) {  // chroma_loc_info
    reader.ReadUnsignedExpGolomb();
    reader.ReadUnsignedExpGolomb();
  }
}

// E.1.1. What is cut short leaves its values unstated: some encoders write broken VUIs, and the
// sizes before them are right.
void ReadVui(BitReader& reader, H264SpsSyntax& syntax) {
  H264Sps& sps = syntax.sps;
  SkipColour(reader);
  if (reader.ReadFlag()) {  // timing_info
    uint32_t units_in_tick = reader.ReadBits(32);
    uint32_t time_scale = reader.ReadBits(32);
    reader.SkipBits(1);  // fixed_frame_rate_flag
    if (reader.ok() && units_in_tick != 0) {
      sps.frame_rate = static_cast<double>(time_scale) / units_in_tick / 2;  // a tick is a field
    }
  }
  bool nal_hrd = SkipHrd(reader);
  bool vcl_hrd = SkipHrd(reader);
  if (nal_hrd || vcl_hrd) reader.SkipBits(1);  // low_delay_hrd_flag
  reader.SkipBits(1);                          // pic_struct_present_flag
  syntax.restriction_flag = reader.position();
  syntax.has_restriction = reader.ReadFlag();
  if (syntax.has_restriction) {
    reader.SkipBits(1);
    for (int i = 0; i < 4; ++i) reader.ReadUnsignedExpGolomb();
    syntax.reorder_frames = reader.position();
    uint32_t reorder = reader.ReadUnsignedExpGolomb();
    if (reader.ok() && reorder <= 16) sps.max_num_reorder_frames = static_cast<int>(reorder);
  }
  syntax.vui_complete = reader.ok();
}

}  // namespace

absl::StatusOr<H264SpsSyntax> ReadH264Sps(ByteView rbsp) {
  BitReader reader(rbsp);
  H264SpsSyntax syntax;
  H264Sps& sps = syntax.sps;
  sps.profile_idc = static_cast<uint8_t>(reader.ReadBits(8));
  sps.constraint_flags = static_cast<uint8_t>(reader.ReadBits(8));
  sps.level_idc = static_cast<uint8_t>(reader.ReadBits(8));
  sps.id = reader.ReadUnsignedExpGolomb();
  bool separate_planes = false;
  bool possible =
      !HasChromaFormat(sps.profile_idc) || ReadChromaFormat(reader, sps, separate_planes);
  reader.ReadUnsignedExpGolomb();  // log2_max_frame_num_minus4
  sps.pic_order_cnt_type = reader.ReadUnsignedExpGolomb();
  SkipPictureOrderCount(reader, sps.pic_order_cnt_type);
  sps.max_num_ref_frames = reader.ReadUnsignedExpGolomb();
  reader.SkipBits(1);  // gaps_in_frame_num_value_allowed_flag
  if (!possible || !ReadSize(reader, separate_planes, sps)) {
    return absl::InvalidArgumentError("a sequence parameter set is cut short or impossible");
  }
  syntax.vui_flag = reader.position();
  syntax.has_vui = reader.ReadFlag();
  if (syntax.has_vui) ReadVui(reader, syntax);
  return syntax;
}

absl::StatusOr<H264Sps> ParseH264Sps(ByteView nal_unit) {
  if (TypeOf(nal_unit) != H264NalUnitType::kSps) {
    return absl::InvalidArgumentError("not a sequence parameter set");
  }
  absl::StatusOr<H264SpsSyntax> syntax =
      ReadH264Sps(RemoveEmulationPrevention(nal_unit.subspan(1)));
  if (!syntax.ok()) return syntax.status();
  return syntax->sps;
}

}  // namespace sluice::media
