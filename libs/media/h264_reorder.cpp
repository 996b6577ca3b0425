// bitstream_restriction, Annex E.1.1:
//   motion_vectors_over_pic_boundaries_flag u(1)   max_bytes_per_pic_denom ue(v)
//   max_bits_per_mb_denom ue(v)                    log2_max_mv_length_horizontal ue(v)
//   log2_max_mv_length_vertical ue(v)              max_num_reorder_frames ue(v)
//   max_dec_frame_buffering ue(v)
#include "libs/media/h264_reorder.h"

#include "libs/media/bit_writer.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps_syntax.h"

namespace sluice::media {
namespace {

// What a decoder assumes where they are not stated (Annex E.2.1).
constexpr uint32_t kMaxBytesPerPictureDenominator = 2;
constexpr uint32_t kMaxBitsPerMacroblockDenominator = 1;
constexpr uint32_t kLog2MaxMotionVector = 16;
// aspect_ratio, overscan, video_signal_type, chroma_loc, timing, NAL HRD, VCL HRD, pic_struct.
constexpr int kAbsentVuiFlags = 8;

void WriteRestriction(BitWriter& writer) {
  writer.WriteFlag(true);  // bitstream_restriction_flag
  writer.WriteFlag(true);  // motion_vectors_over_pic_boundaries_flag
  writer.WriteUnsignedExpGolomb(kMaxBytesPerPictureDenominator);
  writer.WriteUnsignedExpGolomb(kMaxBitsPerMacroblockDenominator);
  writer.WriteUnsignedExpGolomb(kLog2MaxMotionVector);
  writer.WriteUnsignedExpGolomb(kLog2MaxMotionVector);
}

}  // namespace

std::optional<Bytes> WithoutReordering(ByteView nal_unit) {
  if (TypeOf(nal_unit) != H264NalUnitType::kSps) return std::nullopt;
  const Bytes rbsp = RemoveEmulationPrevention(nal_unit.subspan(1));
  const absl::StatusOr<H264SpsSyntax> syntax = ReadH264Sps(rbsp);
  if (!syntax.ok() || (syntax->has_vui && !syntax->vui_complete)) return std::nullopt;

  BitWriter writer;
  if (!syntax->has_vui) {
    writer.CopyBits(rbsp, 0, syntax->vui_flag);
    writer.WriteFlag(true);
    writer.WriteBits(0, kAbsentVuiFlags);
    WriteRestriction(writer);
  } else if (!syntax->has_restriction) {
    writer.CopyBits(rbsp, 0, syntax->restriction_flag);
    WriteRestriction(writer);
  } else {
    writer.CopyBits(rbsp, 0, syntax->reorder_frames);
  }
  writer.WriteUnsignedExpGolomb(0);
  writer.WriteUnsignedExpGolomb(syntax->sps.max_num_ref_frames);
  writer.WriteTrailingBits();

  Bytes rewritten = {nal_unit[0]};
  AppendWithEmulationPrevention(writer.bytes(), rewritten);
  return rewritten;
}

}  // namespace sluice::media
