#include "libs/metrics/scrape_answer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "libs/base/text.h"

namespace sluice::metrics {
namespace {

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

// The value of Content-Length in `head`, or `otherwise`.
size_t ContentLength(std::string_view head, size_t otherwise) {
  while (!head.empty()) {
    std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!SameIgnoringCase(line.substr(0, colon), "Content-Length")) continue;
    std::string_view text = line.substr(colon + 1);
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    size_t value = otherwise + 1;  // a malformed length fits no body
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }
  return otherwise;
}

}  // namespace

absl::StatusOr<std::string_view> ParseScrapeAnswer(std::string_view whole) {
  size_t head_end = whole.find("\r\n\r\n");
  if (!whole.starts_with("HTTP/1.") || head_end == std::string_view::npos) {
    return absl::InvalidArgumentError("not an HTTP/1 answer");
  }
  std::string_view head = whole.substr(0, head_end);
  std::string_view status_line = head.substr(0, head.find("\r\n"));
  if (status_line.size() < 12 || status_line.substr(8, 4) != " 200") {
    return absl::UnavailableError(StrCat("answered ", status_line.substr(0, 64)));
  }
  std::string_view body = whole.substr(head_end + 4);
  if (ContentLength(head, body.size()) != body.size()) {
    return absl::InvalidArgumentError("the body has not the announced length");
  }
  return body;
}

}  // namespace sluice::metrics
