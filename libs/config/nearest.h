// Finds what somebody meant by a misspelt word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

// The candidate that takes the fewest insertions, deletions and replacements to become `word`, or
// empty if the nearest needs more than a third of the word's length plus one. Words over 64 bytes
// have no nearest.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

// "; did you mean x?" or empty.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sluice::config
