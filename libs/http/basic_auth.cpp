#include "libs/http/basic_auth.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "libs/base/text.h"

namespace sluice::http {
namespace {

bool SameText(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

std::optional<BasicCredentials> ParseBasicAuthorization(std::string_view value) {
  if (!absl::StartsWithIgnoreCase(ToAbsl(value), "basic ")) return std::nullopt;
  std::string decoded;
  std::string_view token = value.substr(6);
  token = token.substr(std::min(token.size(), token.find_first_not_of(' ')));
  if (!absl::Base64Unescape(ToAbsl(token), &decoded)) return std::nullopt;
  size_t colon = decoded.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{decoded.substr(0, colon), decoded.substr(colon + 1)};
}

bool SameCredentials(const BasicCredentials& given, const BasicCredentials& wanted) {
  bool same_user = SameText(given.user, wanted.user);
  bool same_password = SameText(given.password, wanted.password);
  return same_user && same_password;
}

Response AuthenticationRequired(std::string_view realm) {
  Response response = ProblemResponse(401, "Unauthorized", "Credentials are needed.");
  response.Set("WWW-Authenticate", StrCat("Basic realm=\"", realm, "\", charset=\"UTF-8\""));
  return response;
}

}  // namespace sluice::http
