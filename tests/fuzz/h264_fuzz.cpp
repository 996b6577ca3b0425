// Any bytes as H.264: a parameter set, a slice, a message, Annex B, lengths. What is rewritten says
// so and is not changed by a second time.
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_reorder.h"
#include "libs/media/h264_sei.h"
#include "libs/media/h264_slice.h"
#include "libs/media/h264_sps.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::media;
  sluice::ByteView bytes(data, size);
  auto sps = ParseH264Sps(bytes);
  if (sps.ok() && (sps->width == 0 || sps->width > 16384 || sps->height == 0)) __builtin_trap();
  if (auto rewritten = WithoutReordering(bytes)) {
    auto again = ParseH264Sps(*rewritten);
    if (!again.ok() || again->max_num_reorder_frames != 0) __builtin_trap();
    if (sps->width != again->width || sps->height != again->height) __builtin_trap();
    if (WithoutReordering(*rewritten) != rewritten) __builtin_trap();
  }
  FindRecoveryFrameCount(bytes);
  ParseH264SliceStart(bytes);
  KindOf(SplitAnnexB(bytes));
  for (int length_size : {1, 2, 4}) {
    if (auto nal_units = SplitLengthPrefixed(bytes, length_size)) KindOf(*nal_units);
  }
  return 0;
}
