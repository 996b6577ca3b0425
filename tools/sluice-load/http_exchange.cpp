#include "tools/sluice-load/http_exchange.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "tools/sluice-load/http_stream.h"

namespace sluice::load {
namespace {

constexpr size_t kMaxAnswer = 256 << 10;

// "host", "host:port", "[::1]:port"
absl::Status ReadAuthority(std::string_view authority, HttpUrl& url) {
  size_t bracket = authority.find(']');
  size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  url.host = std::string(host);
  int port = url.tls ? 443 : 80;
  if (url.host.empty() ||
      (colon != std::string_view::npos &&
       !absl::SimpleAtoi(ToAbsl(authority.substr(colon + 1)), &port)) ||
      port < 1 || port > 65535) {
    return absl::InvalidArgumentError(StrCat("no host and port: ", authority));
  }
  url.port = static_cast<uint16_t>(port);
  return absl::OkStatus();
}

std::string HostHeader(const HttpUrl& url) {
  bool v6 = url.host.find(':') != std::string::npos;
  return v6 ? StrCat("[", url.host, "]:", url.port) : StrCat(url.host, ":", url.port);
}

std::string Serialize(const HttpUrl& url, const HttpRequest& request) {
  std::string text = StrCat(request.method, " ", url.path, " HTTP/1.1\r\nHost: ", HostHeader(url),
                            "\r\nConnection: close\r\n");
  if (!request.token.empty()) text += StrCat("Authorization: Bearer ", request.token, "\r\n");
  if (!request.content_type.empty()) text += StrCat("Content-Type: ", request.content_type, "\r\n");
  return StrCat(text, "Content-Length: ", request.body.size(), "\r\n\r\n", request.body);
}

// RFC 9112 §7.1; trailers are left out.
absl::StatusOr<std::string> JoinChunks(std::string_view text) {
  std::string body;
  while (true) {
    size_t end = text.find("\r\n");
    uint64_t size = 0;
    std::string_view digits = text.substr(0, std::min(end, text.find(';')));
    if (end == std::string_view::npos || !absl::SimpleHexAtoi(ToAbsl(digits), &size))
      return absl::UnavailableError("a chunk without its size");
    if (size == 0) return body;
    text.remove_prefix(end + 2);
    if (size > text.size()) return absl::UnavailableError("a chunk is cut off");
    body += text.substr(0, size);
    text.remove_prefix(std::min<size_t>(text.size(), size + 2));
  }
}

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view url) {
  HttpUrl parsed{.tls = url.starts_with("https://")};
  if (!parsed.tls && !url.starts_with("http://"))
    return absl::InvalidArgumentError(StrCat("not an http:// or https:// URL: ", url));
  url.remove_prefix(parsed.tls ? 8 : 7);
  size_t slash = url.find('/');
  if (slash == std::string_view::npos) return absl::InvalidArgumentError("the URL has no path");
  parsed.path = std::string(url.substr(slash));
  SLUICE_RETURN_IF_ERROR(ReadAuthority(url.substr(0, slash), parsed));
  return parsed;
}

absl::StatusOr<HttpUrl> ResolveLocation(const HttpUrl& url, std::string_view location) {
  if (!location.starts_with('/')) return ParseHttpUrl(location);
  HttpUrl resolved = url;
  resolved.path = std::string(location);
  return resolved;
}

absl::StatusOr<HttpAnswer> Exchange(const HttpUrl& url, const HttpRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(auto stream, HttpStream::Connect(url.host, url.port, url.tls));
  SLUICE_RETURN_IF_ERROR(stream->Send(Serialize(url, request)));
  SLUICE_ASSIGN_OR_RETURN(std::string text, stream->ReadAll(kMaxAnswer));
  return ParseHttpAnswer(text);
}

absl::StatusOr<HttpAnswer> ParseHttpAnswer(std::string_view text) {
  size_t end = text.find("\r\n\r\n");
  HttpAnswer answer;
  if (end == std::string_view::npos || text.size() < 12 ||
      !absl::SimpleAtoi(ToAbsl(text.substr(9, 3)), &answer.status)) {
    return absl::UnavailableError("the answer is no HTTP/1.1");
  }
  bool chunked = false;
  for (absl::string_view line : absl::StrSplit(ToAbsl(text.substr(0, end)), "\r\n")) {
    if (absl::StartsWithIgnoreCase(line, "location:"))
      answer.location = std::string(absl::StripAsciiWhitespace(line.substr(9)));
    chunked |= absl::StartsWithIgnoreCase(line, "transfer-encoding: chunked");
  }
  answer.body = std::string(text.substr(end + 4));
  if (chunked) {
    SLUICE_ASSIGN_OR_RETURN(answer.body, JoinChunks(answer.body));
  }
  return answer;
}

}  // namespace sluice::load
