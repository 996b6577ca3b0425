// STUN and TURN servers that clients are told of (RFC 9725 §4.6).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::http_gateway {

inline constexpr size_t kMaxIceServers = 8;

// The value of a Link header that names all of `configured`; empty if there is none. Each is a URL
// (RFC 7064, RFC 7065), for TURN followed by user name and credential:
// "turn:turn.example.org?transport=udp user secret". InvalidArgument: not such a thing, or more
// than kMaxIceServers.
absl::StatusOr<std::string> IceServerLinks(const std::vector<std::string>& configured);

}  // namespace sluice::http_gateway
