// Cuts the text of SDP lines into words and numbers.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <utility>

namespace sluice::sdp {

// Without blanks, tabs and carriage returns at both ends.
std::string_view Trim(std::string_view text);

// Takes the next word off the front of `text`; empty at its end.
std::string_view TakeWord(std::string_view& text);

// The parts before and behind the first `separator`, trimmed; the second is empty if there is none.
std::pair<std::string_view, std::string_view> Split(std::string_view text, char separator);

bool EqualIgnoringCase(std::string_view a, std::string_view b);

// The whole of `text` as a decimal number that fits into T.
template <std::unsigned_integral T>
std::optional<T> ParseNumber(std::string_view text) {
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace sluice::sdp
