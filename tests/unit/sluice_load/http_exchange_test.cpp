#include "tools/sluice-load/http_exchange.h"

#include <catch2/catch.hpp>

using namespace sluice;

TEST_CASE("URLs of http and https, with and without port") {
  auto plain = load::ParseHttpUrl("http://127.0.0.1:8081/whep/cam?x=1");
  REQUIRE(plain.ok());
  CHECK_FALSE(plain->tls);
  CHECK(plain->host == "127.0.0.1");
  CHECK(plain->port == 8081);
  CHECK(plain->path == "/whep/cam?x=1");
  auto tls = load::ParseHttpUrl("https://media.example/whep");
  REQUIRE(tls.ok());
  CHECK(tls->tls);
  CHECK(tls->port == 443);
  auto v6 = load::ParseHttpUrl("http://[::1]:81/whep");
  REQUIRE(v6.ok());
  CHECK(v6->host == "::1");
  CHECK(v6->port == 81);
  for (const char* wrong : {"ftp://a/b", "http://a", "http://:80/a", "http://a:x/b", "http://a:0/b",
                            "http://a:65536/b"}) {
    CHECK_FALSE(load::ParseHttpUrl(wrong).ok());
  }
}

TEST_CASE("RFC 9110 10.2.2: a Location is absolute or a path") {
  auto url = load::ParseHttpUrl("https://a:444/whep/cam");
  REQUIRE(url.ok());
  auto path = load::ResolveLocation(*url, "/session/1");
  REQUIRE(path.ok());
  CHECK(path->host == "a");
  CHECK(path->port == 444);
  CHECK(path->path == "/session/1");
  auto absolute = load::ResolveLocation(*url, "http://b/session/2");
  REQUIRE(absolute.ok());
  CHECK(absolute->host == "b");
  CHECK_FALSE(absolute->tls);
}

TEST_CASE("Answers with and without chunks") {
  auto plain = load::ParseHttpAnswer("HTTP/1.1 201 Created\r\nLocation: /s/1\r\n\r\nv=0");
  REQUIRE(plain.ok());
  CHECK(plain->status == 201);
  CHECK(plain->location == "/s/1");
  CHECK(plain->body == "v=0");
  auto chunked = load::ParseHttpAnswer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n");
  REQUIRE(chunked.ok());
  CHECK(chunked->body == "abc0123456789");
}

TEST_CASE("Answers that are cut off are refused") {
  for (const char* wrong :
       {"", "HTTP/1.1 201", "nonsense that is long enough\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc"}) {
    CHECK_FALSE(load::ParseHttpAnswer(wrong).ok());
  }
}
