#include "services/http-gateway/ice_servers.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::http_gateway {
namespace {

constexpr std::array<std::string_view, 4> kSchemes = {"stun:", "stuns:", "turn:", "turns:"};

bool HasScheme(std::string_view url) {
  return std::any_of(kSchemes.begin(), kSchemes.end(), [url](std::string_view scheme) {
    return url.starts_with(scheme) && url.size() > scheme.size();
  });
}

// Fits between quotes and angle brackets of a header field (RFC 8288 §3).
bool IsPlain(std::string_view text) {
  return text.find_first_of("\"\\<>") == std::string_view::npos;
}

absl::StatusOr<std::string> ToLink(const std::string& entry) {
  std::istringstream words(entry);
  std::string url;
  std::string username;
  std::string credential;
  std::string more;
  words >> url >> username >> credential >> more;
  const bool turn = url.starts_with("turn");
  const bool complete = turn ? !credential.empty() : username.empty();
  if (!HasScheme(url) || !complete || !more.empty() || !IsPlain(entry)) {
    return absl::InvalidArgumentError(
        StrCat("http-gateway.ice_servers: \"", url,
               "\" must be stun:HOST, or turn:HOST with a user name and a credential behind it"));
  }
  std::string link = StrCat("<", url, ">; rel=\"ice-server\"");
  if (turn) {
    link += StrCat("; username=\"", username, "\"; credential=\"", credential,
                   "\"; credential-type=\"password\"");
  }
  return link;
}

}  // namespace

absl::StatusOr<std::string> IceServerLinks(const std::vector<std::string>& configured) {
  if (configured.size() > kMaxIceServers) {
    return absl::InvalidArgumentError(
        StrCat("http-gateway.ice_servers: at most ", kMaxIceServers, " servers"));
  }
  std::string links;
  for (const std::string& entry : configured) {
    SLUICE_ASSIGN_OR_RETURN(std::string link, ToLink(entry));
    links += StrCat(links.empty() ? "" : ", ", link);
  }
  return links;
}

}  // namespace sluice::http_gateway
