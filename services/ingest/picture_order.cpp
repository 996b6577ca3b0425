#include "services/ingest/picture_order.h"

#include <cstdlib>

namespace sluice::ingest {
namespace {

constexpr uint8_t kBaseline = 66;  // has no B slices, H.264 §A.2.1
// Pictures that are reordered are at least a frame apart, 8 ms at 120 frames per second; less is
// the rounding of milliseconds.
constexpr int32_t kRoundingMs = 5;

// nullopt: not stated.
std::optional<bool> StatedIn(const media::H264Sps& sps) {
  if (sps.profile_idc == kBaseline || sps.pic_order_cnt_type == 2) return false;
  if (sps.max_num_reorder_frames < 0) return std::nullopt;
  return sps.max_num_reorder_frames > 0;
}

}  // namespace

void PictureOrder::OnSps(const media::H264Sps& sps) {
  *this = PictureOrder();
  stated_ = StatedIn(sps);
}

void PictureOrder::OnPicture(const media::H264PictureKind& kind, int32_t composition_time_ms) {
  if (!kind.has_slice) return;
  seen_recovery_point_ |= kind.recovery_point;
  if (!first_composition_time_ms_) first_composition_time_ms_ = composition_time_ms;
  const int32_t moved = std::abs(composition_time_ms - *first_composition_time_ms_);
  seen_b_frames_ |= kind.has_b_slice || moved > kRoundingMs;
}

}  // namespace sluice::ingest
