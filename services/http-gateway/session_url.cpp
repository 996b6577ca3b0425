#include "services/http-gateway/session_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "libs/base/text.h"
#include "libs/http/router.h"

namespace sluice::http_gateway {

std::optional<SessionUrl> ParseSessionUrl(std::string_view text) {
  size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  std::string_view session = text.substr(dot + 1);
  bool hex = session.size() == 2 * kSessionIdBytes &&
             std::all_of(session.begin(), session.end(),
                         [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (!hex) return std::nullopt;
  return SessionUrl{std::string(text.substr(0, dot)), std::string(session)};
}

std::string ToPathSegment(const SessionUrl& url) {
  return StrCat(http::PercentEncode(url.node_id), ".", url.session_id);
}

}  // namespace sluice::http_gateway
