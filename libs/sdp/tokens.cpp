#include "libs/sdp/tokens.h"

#include <algorithm>

namespace sluice::sdp {
namespace {

constexpr std::string_view kBlanks = " \t\r";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view TakeWord(std::string_view& text) {
  text = Trim(text);
  const size_t end = std::min(text.find_first_of(kBlanks), text.size());
  const std::string_view word = text.substr(0, end);
  text = Trim(text.substr(end));
  return word;
}

std::pair<std::string_view, std::string_view> Split(std::string_view text, char separator) {
  const size_t place = text.find(separator);
  if (place == std::string_view::npos) return {Trim(text), {}};
  return {Trim(text.substr(0, place)), Trim(text.substr(place + 1))};
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace sluice::sdp
