#include "tools/whep-players/http_client.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <regex>
#include <sstream>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::whep_players {
namespace {

constexpr size_t kMaxAnswer = 1 << 20;  // bytes; more is not WHEP

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::StatusOr<std::unique_ptr<Socket>> Connect(const HttpUrl& url) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found) != 0) {
    return absl::UnavailableError(ToAbsl("no address of " + url.host));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  auto connection = std::make_unique<Socket>(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  setsockopt(connection->fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (connect(connection->fd(), found->ai_addr, found->ai_addrlen) != 0) {
    return absl::UnavailableError(ToAbsl("nobody listens at " + url.host + ":" + url.port));
  }
  return connection;
}

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[16384];
  while (text.size() < kMaxAnswer) {
    const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
    if (size <= 0) break;
    text.append(buffer, static_cast<size_t>(size));
  }
  return text;
}

absl::StatusOr<HttpAnswer> ParseAnswer(const std::string& text) {
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || end == std::string::npos) {
    return absl::UnavailableError("the answer is not HTTP");
  }
  HttpAnswer answer;
  answer.status = std::atoi(text.c_str() + text.find(' '));
  answer.body = text.substr(end + 4);
  std::istringstream lines(text.substr(0, end));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const size_t begin = line.find_first_not_of(' ', colon + 1);
    const size_t last = line.find_last_not_of("\r ");
    if (begin != std::string::npos) answer.headers[name] = line.substr(begin, last - begin + 1);
  }
  return answer;
}

}  // namespace

absl::StatusOr<HttpUrl> HttpUrl::Parse(const std::string& text) {
  static const std::regex kForm("http://([^/:]+)(?::([0-9]+))?(/.*)?");
  std::smatch match;
  if (!std::regex_match(text, match, kForm)) {
    return absl::InvalidArgumentError(ToAbsl("not http://host:port/path: " + text));
  }
  return HttpUrl{match[1], match[2].matched ? match[2].str() : "80",
                 match[3].matched ? match[3].str() : "/"};
}

absl::StatusOr<HttpAnswer> Request(const HttpUrl& url, const std::string& method,
                                   const std::string& content_type, const std::string& body) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<Socket> connection, Connect(url));
  const std::string request = method + " " + url.path + " HTTP/1.1\r\nHost: " + url.host + ":" +
                              url.port + "\r\nConnection: close\r\nContent-Type: " + content_type +
                              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                              body;
  if (send(connection->fd(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return absl::UnavailableError("the request could not be sent");
  }
  return ParseAnswer(ReadToEnd(connection->fd()));
}

}  // namespace sluice::whep_players
