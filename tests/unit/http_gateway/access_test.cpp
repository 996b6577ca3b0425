#include "services/http-gateway/access.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>

namespace sluice::http_gateway {
namespace {

struct NoLines final : log::LineSink {
  void Write(std::string_view) override {}
};

int Ask(std::optional<std::string> password, std::string peer, std::string authorization = "") {
  log::Logger log({.service = "test"}, std::make_unique<NoLines>());
  Access access(std::move(password), log);
  http::Serve serve = access.Guard([](const http::Request&, http::Responder responder) {
    responder.Send(http::TextResponse(200, "in"));
  });
  http::Request request{.peer_address = std::move(peer)};
  if (!authorization.empty()) request.headers.emplace_back("authorization", authorization);
  int status = 0;
  serve(request, http::Responder([&](http::Response r) { status = r.status; }));
  return status;
}

TEST_CASE("loopback needs no credentials") {
  CHECK(Ask("secret", "127.0.0.1") == 200);
  CHECK(Ask("secret", "127.9.9.9") == 200);
  CHECK(Ask("secret", "::1") == 200);
  CHECK(Ask(std::nullopt, "127.0.0.1") == 200);
}

TEST_CASE("others need the password of admin") {
  CHECK(Ask("secret", "10.0.0.7") == 401);
  CHECK(Ask("secret", "10.0.0.7", "Basic YWRtaW46c2VjcmV0") == 200);  // admin:secret
  CHECK(Ask("secret", "10.0.0.7", "Basic YWRtaW46c2VjcmV1") == 401);
  CHECK(Ask("secret", "10.0.0.7", "Basic cm9vdDpzZWNyZXQ=") == 401);  // root:secret
  CHECK(Ask("secret", "", "Basic cm9vdDpzZWNyZXQ=") == 401);
}

TEST_CASE("without a password nobody else comes in, whatever they say") {
  CHECK(Ask(std::nullopt, "10.0.0.7") == 403);
  CHECK(Ask(std::nullopt, "10.0.0.7", "Basic YWRtaW46") == 403);  // admin:
}

TEST_CASE("the password is the first line of its file; an empty or missing one is refused") {
  CHECK_FALSE(ReadPassword("")->has_value());
  CHECK_FALSE(ReadPassword("/nowhere/password").ok());
  char path[] = "/tmp/sluice-password-XXXXXX";
  REQUIRE(mkstemp(path) >= 0);
  CHECK_FALSE(ReadPassword(path).ok());
  std::ofstream(path) << "secret\nsecond line\n";
  CHECK(**ReadPassword(path) == "secret");
  std::remove(path);
}

}  // namespace
}  // namespace sluice::http_gateway
