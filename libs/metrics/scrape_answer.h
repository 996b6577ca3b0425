// The answer to a GET of HTTP/1.0, whose end is the end of the connection (RFC 1945 §6).
#pragma once

#include <string_view>

#include "absl/status/statusor.h"

namespace sluice::metrics {

// whole: all bytes until the server closed. Returns the body, borrowed from it.
//   InvalidArgument: not HTTP, or the body has not the announced length.
//   Unavailable: another status than 200 (it is in the message).
absl::StatusOr<std::string_view> ParseScrapeAnswer(std::string_view whole);

}  // namespace sluice::metrics
