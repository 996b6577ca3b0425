// The URL of a WHIP or WHEP session: "<endpoint>/<stream name>/<node id>.<session id>". Whoever
// knows it may end and change the session: the id is 128 random bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::http_gateway {

inline constexpr int kSessionIdBytes = 16;

// Its last part.
struct SessionUrl {
  std::string node_id;     // of the media node
  std::string session_id;  // 32 hexadecimal digits
};

// text: the last segment of a path, decoded. nullopt if it is not one.
std::optional<SessionUrl> ParseSessionUrl(std::string_view text);

// For one segment of a path, escaped.
std::string ToPathSegment(const SessionUrl& url);

}  // namespace sluice::http_gateway
