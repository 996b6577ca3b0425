// The only file that talks to yaml-cpp, which throws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/config/section.h"

namespace sluice::config {

// `key: value` of a section. Lines count from 1.
struct YamlEntry {
  int line = 0;
  std::string key;
  Written written;
};

struct YamlSection {
  int line = 0;
  std::string name;
  std::vector<YamlEntry> entries;
};

// Reads a map of maps of scalars or lists of scalars; anchors, tags and deeper nesting are refused.
//   text: at most kLargestDocument bytes.
//   InvalidArgument: "12: message"; the first fault of the form.
absl::StatusOr<std::vector<YamlSection>> ParseYaml(std::string_view text);

inline constexpr size_t kLargestDocument = 1 << 20;  // bytes

// `text` as a YAML scalar on one line, quoted where it must be to remain that text.
std::string YamlScalar(std::string_view text);

}  // namespace sluice::config
