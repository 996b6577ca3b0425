#include "libs/http/server.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "libs/base/text.h"
#include "raw_client.h"

namespace sluice::http {
namespace {

Router Echo() {
  Router router;
  router.Add(Method::kGet, "/hello/{name}", [](const Request& request, Responder responder) {
    responder.Send(
        TextResponse(200, StrCat("hello ", request.PathValue("name"), " ", request.query, " ",
                                 request.Header("user-agent"), " ", request.peer_address)));
  });
  auto body = [](const Request& request, Responder responder) {
    responder.Send(TextResponse(201, StrCat(MethodName(request.method), " ", request.MediaType(),
                                            " ", request.body.size(), " ", request.body)));
  };
  for (Method method : {Method::kPost, Method::kPatch, Method::kPut, Method::kDelete}) {
    router.Add(method, "/echo", body);
  }
  router.Add(Method::kGet, "/big", [](const Request&, Responder responder) {
    responder.Send(TextResponse(200, std::string(3'000'000, 'x')));
  });
  router.Add(Method::kOptions, "/echo", [](const Request&, Responder responder) {
    responder.Send(EmptyResponse(204).Set("X-Split", "a\r\nInjected: b"));
  });
  return router;
}

std::string Get(std::string_view path) {
  return StrCat("GET ", path, " HTTP/1.1\r\nHost: h\r\nUser-Agent: raw\r\n\r\n");
}
std::string Post(std::string_view body, std::string_view method = "POST") {
  return StrCat(method, " /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n",
                "Content-Length: ", body.size(), "\r\n\r\n", body);
}
bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("GET: path values, query, header and peer reach the route; the answer is complete") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  client.Send(Get("/hello/a%20b?x=1&y=%41"));
  std::string response = client.ReadResponse();
  CHECK(response.starts_with("HTTP/1.1 200"));
  CHECK(response.ends_with("\r\n\r\nhello a b x=1&y=A raw 127.0.0.1"));
  CHECK(Has(response, "Date: "));
  CHECK(Has(response, "Content-Type: text/plain"));
}

TEST_CASE("RFC 9112 9.3: one connection serves request after request, also when pipelined") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  for (int i = 0; i < 5; ++i) {
    client.Send(Get("/hello/x"));
    CHECK(Has(client.ReadResponse(), "hello x"));
    client.Send(Post("abc"));
    CHECK(client.ReadResponse().ends_with("POST text/plain 3 abc"));
  }
  client.Send(Get("/hello/1") + Get("/hello/2"));
  CHECK(Has(client.ReadResponse(), "hello 1"));
  CHECK(Has(client.ReadResponse(), "hello 2"));
}

TEST_CASE("POST, PATCH, PUT and DELETE carry bodies, whole or byte by byte") {
  ServerFixture server(Echo());
  for (std::string_view method : {"POST", "PATCH", "PUT", "DELETE"}) {
    RawClient client = server.Client();
    client.Send(Post("v=0\r\n", method));
    CHECK(client.ReadResponse().ends_with(StrCat(method, " text/plain 5 v=0\r\n")));
  }
  RawClient slow = server.Client();
  for (char byte : Post("drip")) slow.Send(std::string_view(&byte, 1));
  CHECK(slow.ReadResponse().ends_with("POST text/plain 4 drip"));
}

TEST_CASE("a request without a body is served: no Content-Length, or zero") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  client.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  CHECK(client.ReadResponse().ends_with("POST  0 "));
  client.Send("DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.ReadResponse().ends_with("DELETE  0 "));
  client.Send("POST /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(client.ReadResponse().ends_with("POST  0 "));
  CHECK(client.AtEnd());
}

TEST_CASE("a body at the bound is taken, one byte more is 413 before it has been sent") {
  ServerFixture server(Echo(), {.max_body_bytes = 1000});
  RawClient client = server.Client();
  client.Send(Post(std::string(1000, 'b')));
  CHECK(client.ReadResponse().starts_with("HTTP/1.1 201"));
  client.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
  CHECK(client.ReadResponse().starts_with("HTTP/1.1 413"));
  CHECK(client.AtEnd());
  CHECK(server.counters().refused(Refusal::kBodyTooLarge) == 1);
}

TEST_CASE("a Content-Length that is no number is 400, chunks are 411") {
  ServerFixture server(Echo());
  for (const char* length : {"-1", "abc", "99999999999999999999999", "1,2"}) {
    RawClient client = server.Client();
    client.Send(StrCat("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: ", length, "\r\n\r\n"));
    CHECK(client.ReadResponse().starts_with("HTTP/1.1 400"));
  }
  RawClient client = server.Client();
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
  CHECK(client.ReadResponse().starts_with("HTTP/1.1 411"));
}

TEST_CASE("an unknown path is 404, another method 405 with Allow") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  client.Send(Get("/nothing"));
  CHECK(client.ReadResponse().starts_with("HTTP/1.1 404"));
  client.Send("DELETE /big HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string response = client.ReadResponse();
  CHECK(response.starts_with("HTTP/1.1 405"));
  CHECK(Has(response, "Allow: GET"));
}

TEST_CASE("RFC 9110 9.3.2: HEAD has the header of GET and no body") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  client.Send("HEAD /big HTTP/1.1\r\nHost: h\r\n\r\n" + Get("/hello/next"));
  std::string header = client.ReadUntil("\r\n\r\n");
  CHECK(Has(header, "Content-Length: 3000000"));
  CHECK(Has(client.ReadResponse(), "hello next"));
}

TEST_CASE("a large body arrives whole, also at a slow reader, and the next request is served") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  client.Send(Get("/big"));
  std::string response = client.ReadResponse();
  CHECK(response.size() > 3'000'000);
  CHECK(response.ends_with("xxxx"));
  client.Send(Get("/hello/y"));
  CHECK(Has(client.ReadResponse(), "hello y"));
}

TEST_CASE("a client that wants the connection closed gets the whole body first") {
  ServerFixture server(Echo());
  for (const char* head :
       {"GET /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET /big HTTP/1.0\r\n\r\n"}) {
    RawClient client = server.Client();
    client.Send(head);
    CHECK(client.ReadResponse().size() > 3'000'000);
    CHECK(client.AtEnd());
  }
}

TEST_CASE("a header value can never begin a new header") {
  ServerFixture server(Echo());
  RawClient client = server.Client();
  client.Send("OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string response = client.ReadUntil("\r\n\r\n");
  CHECK(response.starts_with("HTTP/1.1 204"));
  CHECK_FALSE(Has(response, "\r\nInjected"));
}

TEST_CASE("an answer may come later, in any order, or when the client has gone") {
  std::vector<Responder> waiting;  // of the loop's thread
  std::promise<void> all_there;
  Router router;
  router.Add(Method::kGet, "/later", [&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
    if (waiting.size() == 3) all_there.set_value();
  });
  ServerFixture server(std::move(router));
  RawClient first = server.Client();
  RawClient gone = server.Client();
  RawClient last = server.Client();
  first.Send(Get("/later"));
  gone.Send(Get("/later"));
  last.Send(Get("/later"));
  all_there.get_future().wait();
  gone.Close();
  server.OnLoop([&] {
    for (size_t i = waiting.size(); i-- > 0;) waiting[i].Send(TextResponse(200, "now"));
    waiting.clear();
    return true;
  });
  CHECK(first.ReadResponse().ends_with("now"));
  CHECK(last.ReadResponse().ends_with("now"));
}

TEST_CASE("nothing is kept of clients that leave in the middle, whatever they were doing") {
  std::vector<Responder> waiting;  // of the loop's thread
  Router router = Echo();
  router.Add(Method::kPost, "/later",
             [&](const Request&, Responder responder) { waiting.push_back(std::move(responder)); });
  ServerFixture server(std::move(router));
  const std::string half_body = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc";
  const std::string answered_later =
      "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
  for (int round = 0; round < 10; ++round) {
    for (const std::string& bytes :
         {half_body, answered_later, Get("/big"), std::string("GET /he"), std::string()}) {
      server.Client().Send(bytes);
    }
  }
  RawClient last = server.Client();
  for (size_t open = 2; open > 1; open = server.counters().connections) {
    last.Send(Get("/hello/x"));
    REQUIRE(Has(last.ReadResponse(), "hello x"));
  }
  server.OnLoop([&] {
    for (Responder& responder : waiting) responder.Send(TextResponse(200, "too late"));
    waiting.clear();
    return true;
  });
  CHECK(server.counters().connections == 1);
}

TEST_CASE("a forgotten request is answered by 500; the server may go while one waits") {
  std::vector<Responder> waiting;
  std::promise<void> there;
  Router router;
  router.Add(Method::kGet, "/forget", [](const Request&, Responder) {});
  router.Add(Method::kGet, "/wait", [&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
    there.set_value();
  });
  {
    ServerFixture server(std::move(router));
    RawClient client = server.Client();
    client.Send(Get("/forget"));
    CHECK(client.ReadResponse().starts_with("HTTP/1.1 500"));
    client.Send(Get("/wait"));
    there.get_future().wait();
  }
  waiting.clear();
}

TEST_CASE("a header beyond the bound, garbage and a silent client lose their connection") {
  ServerFixture server(Echo(), {.max_header_bytes = 4096, .request_timeout = 1s});
  RawClient large = server.Client();
  large.Send(StrCat("GET /hello/", std::string(8000, 'a'), " HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK_FALSE(large.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 200"));
  RawClient garbage = server.Client();
  garbage.Send(std::string(300, '\x01') + "\r\n\r\n");
  CHECK_FALSE(garbage.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 200"));
  RawClient silent = server.Client();
  CHECK(silent.AtEnd());
  RawClient half = server.Client();
  half.Send("GET /hello/x HTTP/1.1\r\nHo");
  CHECK(half.AtEnd());
}

TEST_CASE("connections beyond the bound are closed at once, and places become free again") {
  ServerFixture server(Echo(), {.max_connections = 2});
  RawClient first = server.Client();
  RawClient second = server.Client();
  for (RawClient* client : {&first, &second}) {
    client->Send(Get("/hello/x"));
    CHECK(Has(client->ReadResponse(), "hello x"));
  }
  RawClient third = server.Client();
  CHECK(third.AtEnd());
  first.Close();
  std::string response;
  for (int attempt = 0; attempt < 1000 && response.empty(); ++attempt) {
    RawClient again = server.Client();
    again.Send(Get("/hello/again"));
    response = again.ReadResponse();
  }
  CHECK(Has(response, "hello again"));
  CHECK(server.counters().refused(Refusal::kConnection) >= 1);
}

TEST_CASE("a taken port is refused in words") {
  ServerFixture server(Echo());
  loop::EventLoop loop;
  ServerOptions options{.listeners = {{"127.0.0.1", server.port(), std::nullopt}}};
  auto second = Server::Start(loop, options, Router());
  REQUIRE_FALSE(second.ok());
  CHECK(absl::IsUnavailable(second.status()));
  CHECK(Has(std::string(second.status().message()), std::to_string(server.port())));
}

TEST_CASE("a server that never ran goes without a trace, and so does one with IPv6") {
  loop::EventLoop loop;
  auto server = Server::Start(
      loop, {.listeners = {{"", 0, std::nullopt}, {"127.0.0.1", 0, std::nullopt}}}, Router());
  REQUIRE(server.ok());
  CHECK((*server)->port(0) != (*server)->port(1));
}

}  // namespace
}  // namespace sluice::http
