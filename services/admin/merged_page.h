// One page out of the pages of many daemons.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/metrics/exposition.h"

namespace sluice::admin {

// What one daemon answered.
struct Answer {
  std::string service;
  std::string node_id;
  std::optional<std::vector<metrics::PageFamily>>
      families;  // nullopt: it did not answer, or not a page
};

// Families in order of name, HELP and TYPE once; each sample has the label `service`, and `node`
// where two nodes of a service answered. sluice_up{service} tells who answered. A family that has
// another type than the one of that name before it is left out.
std::string MergePages(const std::vector<Answer>& answers);

}  // namespace sluice::admin
