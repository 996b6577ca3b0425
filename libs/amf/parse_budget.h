// The bounds of one AMF message, over AMF0 and the AMF3 values in it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"

namespace sluice::amf {

inline constexpr int kMaxDepth = 16;        // objects and arrays inside each other
inline constexpr size_t kMaxValues = 4096;  // in one message, nested and referred ones counted
// Of all texts and property names of one message's AMF3 values, each counted where it is referred
// to: references could make megabytes of a few bytes.
inline constexpr size_t kMaxTextBytes = 256 << 10;

// What has been used up. ResourceExhausted: a bound was reached.
struct ParseBudget {
  int depth = 0;
  int deepest = 0;  // that depth has been, since somebody set this back
  size_t values = 0;
  size_t text_bytes = 0;

  absl::Status Enter() {
    if (auto status = Reach(1); !status.ok()) return status;
    ++depth;
    return Add(1, 0);
  }
  void Leave() { --depth; }
  // Something stands here that is so many levels high.
  absl::Status Reach(int levels) {
    deepest = std::max(deepest, depth + levels);
    if (deepest > kMaxDepth) return absl::ResourceExhaustedError("AMF values are nested too deep");
    return absl::OkStatus();
  }
  absl::Status Add(size_t more_values, size_t more_text_bytes) {
    values += more_values;
    text_bytes += more_text_bytes;
    if (values > kMaxValues) return absl::ResourceExhaustedError("too many AMF values");
    if (text_bytes > kMaxTextBytes) return absl::ResourceExhaustedError("AMF texts are too long");
    return absl::OkStatus();
  }
};

}  // namespace sluice::amf
