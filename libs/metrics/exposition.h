// The Prometheus text format, version 0.0.4: a page as values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::metrics {

// One sample line.
struct PageSample {
  std::string name;  // the family's, for histograms and summaries also with _bucket, _sum, _count
  std::vector<std::pair<std::string, std::string>> labels;  // values as written, escapes kept
  std::string value;  // as written, with the timestamp if there is one
};

// All samples of one metric, with what stands before them.
struct PageFamily {
  std::string name;
  std::string type = "untyped";  // counter, gauge, histogram, summary, untyped
  std::string help;              // as written, escapes kept; empty = no HELP line
  std::vector<PageSample> samples;
};

// Reads a page of at most kLargestPage bytes; families in order of appearance.
//   InvalidArgument: "line 12: what is wrong". A page with one wrong line is refused whole: its
//   other lines cannot be trusted either.
absl::StatusOr<std::vector<PageFamily>> ParseExposition(std::string_view page);

// The family as lines of a page.
std::string SerializeFamily(const PageFamily& family);

inline constexpr size_t kLargestPage = 8 << 20;  // bytes
inline constexpr size_t kMostLabels = 64;        // per sample

}  // namespace sluice::metrics
