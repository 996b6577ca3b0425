#include "tools/sluice-load/http_exchange.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/net/owned_fd.h"

namespace sluice::load {
namespace {

constexpr size_t kMaxAnswer = 256 << 10;
constexpr std::string_view kScheme = "http://";

absl::Status Broken(std::string_view call) {
  return absl::UnavailableError(StrCat(call, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> SendAndReceive(const net::SocketAddress& server,
                                           const std::string& request) {
  net::OwnedFd fd(socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  timeval timeout{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  if (connect(fd.get(), server.raw(), server.raw_length()) != 0) return Broken("connect");
  if (send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return Broken("send");
  }
  std::string answer;
  char buffer[16 << 10];
  while (answer.size() < kMaxAnswer) {
    ssize_t got = recv(fd.get(), buffer, sizeof(buffer), 0);
    if (got < 0) return Broken("recv");
    if (got == 0) return answer;
    answer.append(buffer, static_cast<size_t>(got));
  }
  return absl::UnavailableError("the answer is too long");
}

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view url) {
  if (!url.starts_with(kScheme))
    return absl::InvalidArgumentError(StrCat("not an http:// URL: ", url));
  url.remove_prefix(kScheme.size());
  size_t slash = url.find('/');
  if (slash == std::string_view::npos) return absl::InvalidArgumentError("the URL has no path");
  HttpUrl parsed{.host = std::string(url.substr(0, slash)), .path = std::string(url.substr(slash))};
  SLUICE_ASSIGN_OR_RETURN(parsed.server, net::SocketAddress::ParseHostPort(parsed.host));
  return parsed;
}

absl::StatusOr<HttpAnswer> Exchange(const HttpUrl& url, std::string_view method,
                                    std::string_view content_type, std::string_view body) {
  std::string request = StrCat(method, " ", url.path, " HTTP/1.1\r\nHost: ", url.host,
                               "\r\nConnection: close\r\nContent-Type: ", content_type,
                               "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  SLUICE_ASSIGN_OR_RETURN(std::string text, SendAndReceive(url.server, request));
  size_t end = text.find("\r\n\r\n");
  HttpAnswer answer;
  if (end == std::string::npos || text.size() < 12 ||
      !absl::SimpleAtoi(text.substr(9, 3), &answer.status)) {
    return absl::UnavailableError("the answer is no HTTP/1.1");
  }
  for (absl::string_view line : absl::StrSplit(text.substr(0, end), "\r\n")) {
    if (absl::StartsWithIgnoreCase(line, "location:")) {
      answer.location = std::string(absl::StripAsciiWhitespace(line.substr(9)));
    }
  }
  answer.body = text.substr(end + 4);
  return answer;
}

}  // namespace sluice::load
