// The beginning of an H.264 slice header (ITU-T H.264 §7.3.3).
#pragma once

#include <optional>

#include "libs/base/bytes.h"

namespace sluice::media {

// slice_type modulo 5, Table 7-6.
enum class H264SliceType : uint8_t { kP = 0, kB = 1, kI = 2, kSp = 3, kSi = 4 };

struct H264SliceStart {
  uint32_t first_mb = 0;  // 0: the picture begins here
  H264SliceType type = H264SliceType::kP;

  friend bool operator==(const H264SliceStart&, const H264SliceStart&) = default;
};

// nal_unit: a slice (types 1, 2 or 5) with its header byte. Allocates nothing.
// Returns nullopt if it is not one or is cut short.
std::optional<H264SliceStart> ParseH264SliceStart(ByteView nal_unit);

}  // namespace sluice::media
