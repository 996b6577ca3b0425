#include "libs/log/redact.h"

#include <algorithm>
#include <cctype>

namespace sluice::log {
namespace {

constexpr std::string_view kUrlEnd = " \t\r\n\"'<>";
constexpr std::string_view kSecretNames[] = {"token",  "key",  "password",  "pass",
                                             "secret", "auth", "signature", "sig"};

bool IsSecretName(std::string_view name) {
  auto same = [name](std::string_view secret) {
    return std::equal(name.begin(), name.end(), secret.begin(), secret.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  };
  return std::any_of(std::begin(kSecretNames), std::end(kSecretNames), same);
}

bool IsPort(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The '@' that ends the user part of what follows "://", or npos. People write passwords with a
// bare '/' in them: then what stands after ':' is no port, and the '@' comes later.
size_t UserEnd(std::string_view rest) {
  std::string_view url = rest.substr(0, rest.find_first_of(kUrlEnd));
  std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  size_t at = authority.rfind('@');
  if (at != std::string_view::npos || authority.starts_with('[')) return at;
  size_t colon = authority.find(':');
  bool password_began = colon != std::string_view::npos && !IsPort(authority.substr(colon + 1));
  return password_began ? url.rfind('@') : std::string_view::npos;
}

std::string RedactUsers(std::string_view text) {
  std::string out;
  for (;;) {
    size_t scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, scheme_end + 3));
    text.remove_prefix(scheme_end + 3);
    size_t at = UserEnd(text);
    if (at == std::string_view::npos) continue;
    out.append("***");
    text.remove_prefix(at);
  }
}

std::string RedactParameters(std::string_view text) {
  std::string out;
  for (;;) {
    size_t mark = text.find_first_of("?&");
    if (mark == std::string_view::npos) return out.append(text);
    size_t name_end = text.find_first_of("=?&# \t\r\n\"'<>", mark + 1);
    if (name_end == std::string_view::npos) return out.append(text);
    std::string_view name = text.substr(mark + 1, name_end - mark - 1);
    bool secret = text[name_end] == '=' && IsSecretName(name);
    size_t copied = text[name_end] == '=' ? name_end + 1 : name_end;
    out.append(text.substr(0, copied));
    text.remove_prefix(copied);
    if (!secret) continue;
    out.append("***");
    text.remove_prefix(std::min(text.size(), text.find_first_of("&# \t\r\n\"'<>")));
  }
}

}  // namespace

std::string Redact(std::string_view text) { return RedactParameters(RedactUsers(text)); }

}  // namespace sluice::log
