#include <catch2/catch.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "libs/base/text.h"
#include "libs/http/server.h"
#include "raw_client.h"

namespace sluice::http {
namespace {

Router Hello() {
  Router router;
  router.Add(Method::kGet, "/hello/{rest...}", [](const Request& request, Responder responder) {
    responder.Send(TextResponse(200, StrCat("hello ", request.PathValue("rest"))));
  });
  router.Add(Method::kPost, "/echo", [](const Request& request, Responder responder) {
    responder.Send(request.MediaType() == "text/plain"
                       ? TextResponse(201, request.body)
                       : ProblemResponse(415, "Unsupported Media Type", "text only"));
  });
  return router;
}

// A server that keeps what it is told of refused clients.
struct World {
  explicit World(ServerOptions options = {}, AcceptWebSocket accept = {}) {
    options.on_refused = [this](const Refused& refused) {
      told.push_back(StrCat(RefusalName(refused.reason), " ", refused.status, " ", refused.peer,
                            " ", refused.what));
    };
    server.emplace(Hello(), std::move(options), std::move(accept));
  }
  // The answer to `bytes` on a connection of its own.
  std::string Ask(std::string_view bytes) {
    RawClient client = server->Client();
    client.Send(bytes);
    return client.ReadResponse();
  }
  uint64_t Count(Refusal refusal) { return server->counters().refused(refusal); }
  // Once the server is idle again.
  std::vector<std::string> Told() {
    return server->OnLoop([this] { return told; });
  }
  bool Serves() { return Ask(Get("/hello/you")).starts_with("HTTP/1.1 200"); }

  static std::string Get(std::string_view path, std::string_view fields = "",
                         std::string_view method = "GET") {
    return StrCat(method, " ", path, " HTTP/1.1\r\nHost: h\r\n", fields, "\r\n");
  }

  std::vector<std::string> told;  // loop thread
  std::optional<ServerFixture> server;
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("RFC 6585 5: a header that is too large is 431, counted and told") {
  World world({.max_header_bytes = 4096});
  std::string large(5000, 'a');
  CHECK(world.Ask(World::Get(StrCat("/hello/", large))).starts_with("HTTP/1.1 431"));
  CHECK(world.Ask(World::Get("/hello/x", StrCat("Cookie: ", large, "\r\n")))
            .starts_with("HTTP/1.1 431"));
  CHECK(world.Count(Refusal::kHeaderTooLarge) == 2);
  CHECK(world.Told().back() == "header_too_large 431 127.0.0.1 GET /hello/x");
  CHECK(world.Serves());
}

TEST_CASE("a header beyond the hard bound, known or unknown, ends the connection and is counted") {
  World world({.max_header_bytes = 4096});
  std::string huge(kHardHeaderFactor * 4096 + 100, 'a');
  std::string many;
  for (int i = 0; i < 4000; ++i) many += "X-Some: value\r\n";
  CHECK(world.Ask(World::Get(StrCat("/hello/", huge))).empty());
  CHECK(world.Ask(World::Get("/hello/x", StrCat("X-Huge: ", huge, "\r\n"))).empty());
  CHECK(world.Ask(World::Get("/hello/x", many)).empty());
  CHECK(world.Count(Refusal::kHeaderTooLarge) == 3);
  CHECK(world.Serves());
}

TEST_CASE("a header that drips ends after request_timeout, however fast it drips") {
  World world({.request_timeout = 1s});
  RawClient slow = world.server->Client();
  slow.Send("GET /hello/");
  CHECK(slow.DripUntilAnswered().empty());
  CHECK(world.Count(Refusal::kSlowHeader) == 1);
  RawClient silent = world.server->Client();
  CHECK(silent.AtEnd());
  CHECK(world.Count(Refusal::kSlowHeader) == 2);
  CHECK(world.Serves());
}

TEST_CASE("RFC 9110 15.5.9: a body that drips is 408 after request_timeout") {
  World world({.request_timeout = 1s});
  RawClient slow = world.server->Client();
  slow.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  std::string response = slow.DripUntilAnswered();
  CHECK(response.starts_with("HTTP/1.1 408"));
  CHECK(Has(response, "Connection: close"));
  CHECK(world.Told().back() == "slow_body 408 127.0.0.1 POST /echo");
  CHECK(world.Serves());
}

TEST_CASE("methods that are not ours: 405 with Allow where it can be said, never served") {
  World world;
  std::string response = world.Ask(World::Get("h:443", "", "CONNECT"));
  CHECK(response.starts_with("HTTP/1.1 405"));
  CHECK(Has(response, "Allow: GET, HEAD, POST"));
  response = world.Ask(World::Get("/hello/x", "Content-Length: 0\r\n", "PUT"));
  CHECK(response.starts_with("HTTP/1.1 405"));
  CHECK(Has(response, "Allow: GET\r\n"));
  for (const char* method : {"BREW", "TRACE", "PROPFIND"}) {
    CHECK(Has(world.Ask(World::Get("/hello/x", "", method)), " 403 "));
  }
  CHECK(world.Count(Refusal::kMalformed) == 4);
  CHECK(world.Count(Refusal::kAnswer) == 1);
  CHECK(world.Serves());
}

TEST_CASE("what is no request of HTTP/1.x is refused and counted") {
  World world;
  for (std::string_view bytes :
       {"\x16\x03\x01\x02\x01\x01\x01\x01\r\n\r\n", "hello there\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /hello/x HTTP/3.7\r\nHost: h\r\n\r\n",
        "GET /hello/a b HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    CHECK_FALSE(Has(world.Ask(bytes), " 200 "));
  }
  CHECK(world.Count(Refusal::kMalformed) == 5);
  CHECK(world.Serves());
}

TEST_CASE("control characters in a path, escaped or not, never reach a route") {
  World world;
  for (std::string_view path : {"/hello/a%0ab", "/hello/a%0d%0aX-Injected:b", "/hello/a%01b",
                                "/hello/a%7fb", "/hello/a%00b", "/hello/%00", "/hello/a%zzb"}) {
    INFO(path);
    CHECK_FALSE(Has(world.Ask(World::Get(path)), " 200 "));
  }
  CHECK_FALSE(Has(world.Ask(World::Get(std::string("/hello/a\0b", 10))), " 200 "));
  CHECK(world.Serves());
}

TEST_CASE("dots are resolved before routing and cannot leave the root") {
  World world;
  CHECK(world.Ask(World::Get("/x/../hello/y")).ends_with("hello y"));
  CHECK(world.Ask(World::Get("/hello/../../../etc/passwd")).starts_with("HTTP/1.1 404"));
  CHECK(world.Ask(World::Get("/hello/%2e%2e/%2e%2e/etc/passwd")).starts_with("HTTP/1.1 404"));
  CHECK(world.Ask(World::Get("/hello/..%2f..%2fetc")).starts_with("HTTP/1.1 404"));
  CHECK(world.Ask(World::Get("/hello/%252e%252e")).ends_with("hello %2e%2e"));
}

TEST_CASE("RFC 9110 7.8: upgrades that we do not know are ignored or refused, never begun") {
  World world;
  CHECK(world
            .Ask(World::Get("/hello/you",
                            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"))
            .ends_with("hello you"));
  CHECK(world
            .Ask(World::Get("/hello/you",
                            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            "Sec-WebSocket-Version: 13\r\n"))
            .ends_with("hello you"));
  CHECK_FALSE(Has(world.Ask(World::Get("/hello/you", "Upgrade: else\r\n")), " 101 "));
  // The library frees the header of a kept connection here (CVE-2025-11677).
  for (int i = 0; i < 20; ++i) {
    RawClient kept = world.server->Client();
    kept.Send(World::Get("/hello/one"));
    CHECK(kept.ReadResponse().ends_with("hello one"));
    kept.Send(World::Get("/hello/two", "Connection: Upgrade\r\nUpgrade: else\r\n"));
    CHECK(kept.ReadUntil("never").find(" 200 ") == std::string::npos);  // to the end
  }
  CHECK(world.Serves());
}

TEST_CASE("a route's own refusal is counted and told, a missing thing is not") {
  World world;
  CHECK(world
            .Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/html\r\n"
                 "Content-Length: 1\r\n\r\nx")
            .starts_with("HTTP/1.1 415"));
  CHECK(world.Told() == std::vector<std::string>{"answer 415 127.0.0.1 POST /echo"});
  CHECK(world.Ask(World::Get("/nothing")).starts_with("HTTP/1.1 404"));
  CHECK(world.Count(Refusal::kAnswer) == 1);
}

TEST_CASE("clients that connect and leave are not refused clients") {
  World world;
  for (int i = 0; i < 10; ++i) world.server->Client();
  CHECK(world.Serves());
  CHECK(world.Told().empty());
}

}  // namespace
}  // namespace sluice::http
