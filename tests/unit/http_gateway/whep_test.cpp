#include "services/http-gateway/whep.h"

#include "tests/unit/http_gateway/endpoint_world.h"

namespace sluice::http_gateway {
namespace {

TEST_CASE_METHOD(EndpointWorld, "an offer is answered by 201, the answer, and where to end it") {
  http::Response response = Offer("/whep/cam");
  CHECK(response.status == 201);
  CHECK(response.body == "answer to offer");
  CHECK(HeaderOf(response, "Content-Type") == "application/sdp");
  CHECK(HeaderOf(response, "ETag") == "\"etag-1\"");
  CHECK(HeaderOf(response, "Accept-Patch") == "application/trickle-ice-sdpfrag");
  CHECK(HeaderOf(response, "Access-Control-Allow-Origin") == "*");
  const v1::CreatePlayerRequest& create = media.creates().front();
  CHECK(create.stream_name() == "cam");
  CHECK(create.owner() == "gw");
  CHECK(create.protocol() == "whep");
  CHECK(create.client_address() == "10.0.0.7");
  CHECK(create.session_id().size() == 32);
  CHECK(HeaderOf(response, "Location") == "/whep/cam/m1." + create.session_id());

  std::string location = HeaderOf(response, "Location");
  CHECK(Ask(Method::kDelete, location).status == 200);
  CHECK(media.sessions().empty());
  CHECK(Ask(Method::kDelete, location).status == 404);
  CHECK(whep.counters().made == 1);
  CHECK(whep.counters().closed == 1);
}

TEST_CASE_METHOD(EndpointWorld, "the query says how a player is connected and what it gets") {
  CHECK(Offer("/whep/cam").status == 201);
  CHECK(Offer("/whep/cam",
              "transport=tcp&max_bitrate=500000&max_width=640&max_height=360&rid=m&"
              "max_temporal_layers=1")
            .status == 201);
  CHECK(media.creates()[0].transport() == v1::ICE_TRANSPORT_ANY);
  CHECK_FALSE(media.creates()[0].limits().ByteSizeLong());
  const v1::CreatePlayerRequest& create = media.creates()[1];
  CHECK(create.transport() == v1::ICE_TRANSPORT_TCP);
  CHECK(create.limits().max_bitrate_bps() == 500'000);
  CHECK(create.limits().max_width() == 640);
  CHECK(create.limits().max_height() == 360);
  CHECK(create.limits().rid() == "m");
  CHECK(create.limits().max_temporal_layers() == 1);
  for (const char* query : {"transport=sctp", "max_bitrate=fast", "max_width=-1", "rid=a b",
                            "max_height=65536", "rid=12345678901234567"}) {
    INFO(query);
    CHECK(Offer("/whep/cam", query).status == 400);
  }
}

TEST_CASE_METHOD(EndpointWorld, "a name with slashes is one name, escaped in Location") {
  http::Response response = Offer("/whep/a/b c");
  CHECK(response.status == 201);
  CHECK(media.creates().front().stream_name() == "a/b c");
  CHECK(HeaderOf(response, "Location").starts_with("/whep/a%2Fb%20c/m1."));
  CHECK(Ask(Method::kDelete, http::PercentDecode(HeaderOf(response, "Location"))).status == 200);
}

TEST_CASE_METHOD(EndpointWorld,
                 "what is wrong with an offer has its own code, and CORS to read it") {
  CHECK(Offer("/whep/nobody").status == 404);
  CHECK(Offer("/whep/" + std::string(256, 'n')).status == 400);
  CHECK(Ask(Method::kPost, "/whep/cam", {}, "offer").status == 415);
  CHECK(Ask(Method::kPost, "/whep/cam", {{"content-type", "application/json"}}).status == 415);
  CHECK(Ask(Method::kPost, "/whep/cam",
            {{"content-type", "application/sdp"}, {"accept", "text/html"}}, "offer")
            .status == 406);
  CHECK(HeaderOf(Offer("/whep/nobody"), "Access-Control-Allow-Origin") == "*");
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

TEST_CASE_METHOD(EndpointWorld, "every refusal is logged with its cause") {
  CHECK(Offer("/whep/nobody").status == 404);
  CHECK(lines.find("request refused") != std::string::npos);
  CHECK(lines.find("/whep/nobody") != std::string::npos);
  CHECK(lines.find("There is no such stream.") != std::string::npos);
}

TEST_CASE_METHOD(EndpointWorld, "a gateway that is about to stop: 503, come back later") {
  whep.Drain();
  http::Response response = Offer("/whep/cam");
  CHECK(response.status == 503);
  CHECK(HeaderOf(response, "Retry-After") == "1");
}

TEST_CASE_METHOD(EndpointWorld, "a node that does not answer in time: 504, and nothing is left") {
  context.options.call_timeout = 100ms;
  media.hold_creates = true;
  CHECK(Offer("/whep/cam").status == 504);
  CHECK(test::RunUntil(loop, [&] { return media.closed().size() == 1; }));
  CHECK(media.closed().front() == media.creates().front().session_id());
}

TEST_CASE_METHOD(EndpointWorld, "DELETE of what never was a session is 404") {
  for (const char* path : {"/whep/cam", "/whep/cam/m1.", "/whep/cam/m1.0123456789abcdef",
                           "/whep/cam/other.0123456789abcdef0123456789abcdef",
                           "/whep/cam/m1.0123456789abcdef0123456789abcdeg",
                           "/whep/cam/gw.0123456789abcdef0123456789abcdef"}) {
    CHECK(Ask(Method::kDelete, path).status == 404);
  }
  CHECK(media.closed().empty());
}

TEST_CASE_METHOD(EndpointWorld, "OPTIONS tells what is possible; GET is 405 with the reason") {
  http::Response options = Ask(Method::kOptions, "/whep/cam");
  CHECK(options.status == 204);
  CHECK(HeaderOf(options, "Accept-Post") == "application/sdp");
  CHECK(HeaderOf(options, "Accept-Patch") == "application/trickle-ice-sdpfrag");
  CHECK(HeaderOf(options, "Access-Control-Allow-Methods") == "POST, PATCH, DELETE, OPTIONS");
  CHECK(HeaderOf(options, "Access-Control-Allow-Headers") ==
        "Content-Type, Authorization, If-Match");
  http::Response get = Ask(Method::kGet, "/whep/cam");
  CHECK(get.status == 405);
  CHECK(HeaderOf(get, "Allow") == "POST, PATCH, DELETE, OPTIONS");
  CHECK(HeaderOf(get, "Access-Control-Allow-Origin") == "*");
}

TEST_CASE("a session's URL ends in a node id and 32 hexadecimal digits; node ids may hold dots") {
  auto resource = ParseSessionUrl("m.example.org.0123456789abcdef0123456789abcdef");
  REQUIRE(resource);
  CHECK(resource->node_id == "m.example.org");
  CHECK(resource->session_id == "0123456789abcdef0123456789abcdef");
  CHECK(ToPathSegment(*resource) == "m.example.org.0123456789abcdef0123456789abcdef");
  CHECK_FALSE(ParseSessionUrl(".0123456789abcdef0123456789abcdef"));
  CHECK_FALSE(ParseSessionUrl("0123456789abcdef0123456789abcdef"));
  CHECK_FALSE(ParseSessionUrl(""));
}

}  // namespace
}  // namespace sluice::http_gateway
