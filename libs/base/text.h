// Joins std::string_view with Abseil, whose Debian build has a string_view type of its own.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace sluice {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

namespace text_internal {
template <typename T>
decltype(auto) Piece(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else {
    return (value);
  }
}
}  // namespace text_internal

// absl::StrCat that also takes std::string_view.
template <typename... Pieces>
std::string StrCat(const Pieces&... pieces) {
  return absl::StrCat(text_internal::Piece(pieces)...);
}

}  // namespace sluice
