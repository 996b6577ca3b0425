#include "services/http-gateway/whep.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "libs/directory/fake_directory.h"
#include "tests/support/directory_builders.h"
#include "tests/support/fake_media_node.h"
#include "tests/support/run_until.h"

namespace sluice::http_gateway {
namespace {

using http::Method;

struct World {
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "http-gateway")};
  test::FakeMediaNode media{loop, "m1"};
  rpc::ChannelPool channels{loop};
  SystemRandom random;
  Whep whep{{.node_id = "gw", .call_timeout = 2s}, directory, channels, random};
  http::Router router;

  World() {
    directory.PutNode(media.node());
    directory.PutStream(test::MakeStream("cam", "ingest-1"));
    directory.PutStream(test::MakeStream("a/b c", "ingest-1"));
    whep.AddRoutes(router);
  }
  http::Response Ask(Method method, std::string path, http::Fields headers = {},
                     std::string body = "") {
    std::optional<http::Response> answer;
    router.Route({.method = method,
                  .path = std::move(path),
                  .headers = std::move(headers),
                  .body = std::move(body),
                  .peer_address = "10.0.0.7"},
                 http::Responder([&](http::Response r) { answer = std::move(r); }));
    REQUIRE(test::RunUntil(loop, [&] { return answer.has_value(); }));
    return *answer;
  }
  http::Response Offer(std::string path) {
    return Ask(Method::kPost, std::move(path), {{"content-type", "application/sdp"}}, "offer");
  }
};

std::string Header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST_CASE_METHOD(World, "an offer is answered by 201, the answer, and where to end it") {
  http::Response response = Offer("/whep/cam");
  CHECK(response.status == 201);
  CHECK(response.body == "answer to offer");
  CHECK(Header(response, "Content-Type") == "application/sdp");
  CHECK(Header(response, "Access-Control-Allow-Origin") == "*");
  CHECK(Header(response, "Access-Control-Expose-Headers") == "Location");
  const v1::CreatePlayerRequest& create = media.creates().front();
  CHECK(create.stream_name() == "cam");
  CHECK(create.owner() == "gw");
  CHECK(create.client_address() == "10.0.0.7");
  CHECK(create.session_id().size() == 32);
  CHECK(Header(response, "Location") == "/whep/cam/m1." + create.session_id());

  std::string location = Header(response, "Location");
  CHECK(Ask(Method::kDelete, location).status == 200);
  CHECK(media.sessions().empty());
  CHECK(Ask(Method::kDelete, location).status == 404);
  CHECK(whep.counters().players == 1);
  CHECK(whep.counters().closed == 1);
}

TEST_CASE_METHOD(World, "a name with slashes is one name, escaped in Location") {
  http::Response response = Offer("/whep/a/b c");
  CHECK(response.status == 201);
  CHECK(media.creates().front().stream_name() == "a/b c");
  CHECK(Header(response, "Location").starts_with("/whep/a%2Fb%20c/m1."));
  CHECK(Ask(Method::kDelete, http::PercentDecode(Header(response, "Location"))).status == 200);
}

TEST_CASE_METHOD(World, "what is wrong with an offer has its own code, and CORS to read it by") {
  CHECK(Offer("/whep/nobody").status == 404);
  CHECK(Offer("/whep/" + std::string(256, 'n')).status == 400);
  CHECK(Ask(Method::kPost, "/whep/cam", {}, "offer").status == 415);
  CHECK(Ask(Method::kPost, "/whep/cam", {{"content-type", "application/json"}}).status == 415);
  CHECK(Ask(Method::kPost, "/whep/cam",
            {{"content-type", "application/sdp"}, {"accept", "text/html"}}, "offer")
            .status == 406);
  CHECK(Header(Offer("/whep/nobody"), "Access-Control-Allow-Origin") == "*");
  struct Case {
    absl::Status node;
    int http;
  };
  for (const Case& c :
       {Case{absl::InvalidArgumentError("no offer"), 400}, Case{absl::NotFoundError("gone"), 404},
        Case{absl::FailedPreconditionError("no common codecs"), 406},
        Case{absl::AlreadyExistsError("id"), 409}, Case{absl::UnavailableError("drains"), 503},
        Case{absl::InternalError("bug"), 500}}) {
    media.create_status = c.node;
    CHECK(Offer("/whep/cam").status == c.http);
  }
}

TEST_CASE_METHOD(World, "no media node, or a gateway that is about to stop: 503") {
  whep.Drain();
  http::Response response = Offer("/whep/cam");
  CHECK(response.status == 503);
  CHECK(Header(response, "Retry-After") == "1");
}

TEST_CASE_METHOD(World, "DELETE of what never was a session is 404") {
  for (const char* path : {"/whep/cam", "/whep/cam/m1.", "/whep/cam/m1.0123456789abcdef",
                           "/whep/cam/other.0123456789abcdef0123456789abcdef",
                           "/whep/cam/m1.0123456789abcdef0123456789abcdeg",
                           "/whep/cam/gw.0123456789abcdef0123456789abcdef"}) {
    CHECK(Ask(Method::kDelete, path).status == 404);
  }
  CHECK(media.closed().empty());
}

TEST_CASE_METHOD(World, "OPTIONS tells what is possible, PATCH and GET are 405 with the reason") {
  http::Response options = Ask(Method::kOptions, "/whep/cam");
  CHECK(options.status == 204);
  CHECK(Header(options, "Accept-Post") == "application/sdp");
  CHECK(Header(options, "Access-Control-Allow-Methods") == "POST, DELETE, OPTIONS");
  CHECK(Header(options, "Access-Control-Allow-Headers").find("Content-Type") == 0);
  for (Method method : {Method::kPatch, Method::kGet}) {
    http::Response response = Ask(method, "/whep/cam");
    CHECK(response.status == 405);
    CHECK(Header(response, "Allow") == "POST, DELETE, OPTIONS");
    CHECK(Header(response, "Access-Control-Allow-Origin") == "*");
  }
}

TEST_CASE("a resource is a node id and 32 hexadecimal digits; node ids may hold dots") {
  auto resource = ParseWhepResource("m.example.org.0123456789abcdef0123456789abcdef");
  REQUIRE(resource);
  CHECK(resource->node_id == "m.example.org");
  CHECK(resource->session_id == "0123456789abcdef0123456789abcdef");
  CHECK_FALSE(ParseWhepResource(".0123456789abcdef0123456789abcdef"));
  CHECK_FALSE(ParseWhepResource("0123456789abcdef0123456789abcdef"));
  CHECK_FALSE(ParseWhepResource(""));
}

}  // namespace
}  // namespace sluice::http_gateway
