#include "libs/metrics/endpoint.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace sluice::metrics {
namespace {

// One request on a connection of its own; the whole answer.
std::string Request(uint16_t port, const std::string& request) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) answer.append(buffer, n);
  close(fd);
  return answer;
}

TEST_CASE("GET /metrics answers the page in the text format and closes") {
  auto endpoint = Endpoint::Open("127.0.0.1", 0, [] { return std::string("a 1\n"); });
  REQUIRE(endpoint.ok());
  REQUIRE((*endpoint)->port() != 0);
  std::string answer =
      Request((*endpoint)->port(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") !=
        std::string::npos);
  CHECK(answer.ends_with("\r\n\r\na 1\n"));
}

TEST_CASE("any other path is not found") {
  auto endpoint = Endpoint::Open("127.0.0.1", 0, [] { return std::string("a 1\n"); });
  REQUIRE(endpoint.ok());
  for (const char* path : {"/", "/metrics/x", "/etc/passwd"}) {
    std::string answer = Request(
        (*endpoint)->port(), std::string("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 404 "));
  }
}

TEST_CASE("a port that is taken is told") {
  auto first = Endpoint::Open("127.0.0.1", 0, [] { return std::string(); });
  REQUIRE(first.ok());
  auto second = Endpoint::Open("127.0.0.1", (*first)->port(), [] { return std::string(); });
  CHECK(absl::IsUnavailable(second.status()));
}

}  // namespace
}  // namespace sluice::metrics
