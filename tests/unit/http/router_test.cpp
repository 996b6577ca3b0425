#include "libs/http/router.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "libs/base/text.h"
#include "libs/http/cors.h"

namespace sluice::http {
namespace {

Response Ask(const Router& router, Method method, std::string path) {
  std::optional<Response> answer;
  Request request{.method = method, .path = std::move(path)};
  router.Route(std::move(request), Responder([&](Response r) { answer = std::move(r); }));
  REQUIRE(answer);
  return *answer;
}

Serve Say(std::string word) {
  return [word](const Request& request, Responder responder) {
    responder.Send(TextResponse(
        200, StrCat(word, ":", request.PathValue("name"), ":", request.PathValue("id"))));
  };
}

Router Example() {
  Router router;
  router.Add(Method::kGet, "/", Say("root"));
  router.Add(Method::kPost, "/whep/{name}", Say("make"));
  router.Add(Method::kDelete, "/whep/{name}/{id}", Say("end"));
  router.Add(Method::kGet, "/files/{name...}", Say("file"));
  return router;
}

TEST_CASE("a route is found by method and path, names match one segment") {
  Router router = Example();
  CHECK(Ask(router, Method::kGet, "/").body == "root::");
  CHECK(Ask(router, Method::kPost, "/whep/cam").body == "make:cam:");
  CHECK(Ask(router, Method::kDelete, "/whep/cam/x.1").body == "end:cam:x.1");
}

TEST_CASE("a last name with dots matches the rest of the path, if there is any") {
  Router router = Example();
  CHECK(Ask(router, Method::kGet, "/files/a/b/c").body == "file:a/b/c:");
  CHECK(Ask(router, Method::kGet, "/files/").status == 404);
  CHECK(Ask(router, Method::kGet, "/files").status == 404);
}

TEST_CASE("HEAD is served by the GET route") {
  CHECK(Ask(Example(), Method::kHead, "/").status == 200);
}

TEST_CASE("RFC 9110 15.5.6: a known path with another method is 405 and says what is allowed") {
  Response response = Ask(Example(), Method::kPut, "/whep/cam");
  CHECK(response.status == 405);
  bool allow = false;
  for (const auto& [name, value] : response.headers) allow |= name == "Allow" && value == "POST";
  CHECK(allow);
}

TEST_CASE("an unknown path, an empty segment and a longer path are 404") {
  Router router = Example();
  CHECK(Ask(router, Method::kGet, "/nothing").status == 404);
  CHECK(Ask(router, Method::kPost, "/whep/").status == 404);
  CHECK(Ask(router, Method::kDelete, "/whep/a/b/c").status == 404);
}

TEST_CASE("a request that is forgotten is answered by 500, an answered one only once") {
  int answers = 0;
  int status = 0;
  auto count = [&](Response response) {
    ++answers;
    status = response.status;
  };
  { Responder forgotten(count); }
  CHECK(answers == 1);
  CHECK(status == 500);
  {
    Responder responder(count);
    Responder copy = responder;
    copy.Send(EmptyResponse(204));
    responder.Send(EmptyResponse(500));
  }
  CHECK(answers == 2);
  CHECK(status == 204);
}

TEST_CASE("RFC 3986 2.1: percent-encoding goes back and forth, broken escapes stay") {
  CHECK(PercentEncode("a b/ü.~") == "a%20b%2F%C3%BC.~");
  CHECK(PercentDecode("a%20b%2f%C3%BC.~") == "a b/ü.~");
  CHECK(PercentDecode("%") == "%");
  CHECK(PercentDecode("%4") == "%4");
  CHECK(PercentDecode("%zz%41") == "%zzA");
}

TEST_CASE("a problem is JSON whatever its detail holds") {
  CHECK(ProblemResponse(400, "Bad", "say \"hi\"\n\\").body ==
        "{\"title\":\"Bad\",\"status\":400,\"detail\":\"say \\\"hi\\\" \\\\\"}\n");
}

TEST_CASE("RFC 9110 8.3: the media type is compared in lower case without parameters") {
  Request request{.headers = {{"content-type", "Application/SDP ; charset=utf-8"}}};
  CHECK(request.MediaType() == "application/sdp");
  CHECK(Request{}.MediaType().empty());
}

TEST_CASE(
    "a preflight lists what the policy allows, other answers only origin and exposed headers") {
  CorsPolicy policy{
      .allow_methods = "POST", .allow_headers = "Content-Type", .expose_headers = "Location"};
  Response preflight = PreflightResponse(policy);
  CHECK(preflight.status == 204);
  CHECK(preflight.headers.size() == 5);
  Response response = EmptyResponse(201);
  AddCors(policy, response);
  CHECK(response.headers.size() == 2);
}

}  // namespace
}  // namespace sluice::http
