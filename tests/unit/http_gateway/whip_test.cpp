#include "services/http-gateway/whip.h"

#include "services/http-gateway/ice_servers.h"
#include "tests/unit/http_gateway/endpoint_world.h"

namespace sluice::http_gateway {
namespace {

TEST_CASE_METHOD(EndpointWorld, "RFC 9725 4.2: an offer makes a publisher") {
  http::Response response = Offer("/whip/new");
  CHECK(response.status == 201);
  CHECK(response.body == "answer to offer");
  CHECK(HeaderOf(response, "Content-Type") == "application/sdp");
  CHECK(HeaderOf(response, "ETag") == "\"etag-1\"");
  CHECK(HeaderOf(response, "Accept-Patch") == "application/trickle-ice-sdpfrag");
  const v1::CreatePublisherRequest& create = media.publishers().front();
  CHECK(create.stream_name() == "new");
  CHECK(create.owner() == "gw");
  CHECK(create.protocol() == "whip");
  CHECK(create.client_address() == "10.0.0.7");
  CHECK(create.agent() == "Camera/1.0");
  CHECK_FALSE(create.orientation());
  CHECK(create.max_bitrate_bps() == 0);
  std::string location = HeaderOf(response, "Location");
  CHECK(location == "/whip/new/m1." + create.session_id());
  CHECK(Ask(Method::kDelete, location).status == 200);
  CHECK(Ask(Method::kDelete, location).status == 404);
  CHECK(whip.counters().made == 1);
  CHECK(whip.counters().closed == 1);
}

TEST_CASE_METHOD(EndpointWorld, "RFC 9725 4.2: pages of other origins see what they need") {
  http::Response response = Offer("/whip/new");
  CHECK(HeaderOf(response, "Access-Control-Allow-Origin") == "*");
  const std::string exposed = HeaderOf(response, "Access-Control-Expose-Headers");
  for (const char* name : {"Location", "ETag", "Link", "Accept-Patch"}) {
    CHECK(exposed.find(name) != std::string::npos);
  }
}

TEST_CASE_METHOD(EndpointWorld, "the query limits what a publisher sends") {
  CHECK(Offer("/whip/a", "min_bitrate=100000&max_bitrate=900000&transport=udp&orientation=true")
            .status == 201);
  const v1::CreatePublisherRequest& create = media.publishers().front();
  CHECK(create.min_bitrate_bps() == 100'000);
  CHECK(create.max_bitrate_bps() == 900'000);
  CHECK(create.transport() == v1::ICE_TRANSPORT_UDP);
  CHECK(create.orientation());
  CHECK(Offer("/whip/a", "min_bitrate=2&max_bitrate=1").status == 400);
  CHECK(Offer("/whip/a", "max_bitrate=1000000001").status == 400);
}

TEST_CASE_METHOD(EndpointWorld, "a name that somebody publishes is 409") {
  media.create_status = absl::AbortedError("Stream name is already in use");
  http::Response response = Offer("/whip/cam");
  CHECK(response.status == 409);
  CHECK(response.body.find("Stream name is already in use") != std::string::npos);
}

TEST_CASE_METHOD(EndpointWorld, "publishing is for private networks until it is opened") {
  peer = "203.0.113.5";
  http::Response refused = Offer("/whip/new");
  CHECK(refused.status == 403);
  CHECK(refused.body.find("open_publishing") != std::string::npos);
  CHECK(media.publishers().empty());
  Whip open(/*open_publishing=*/true, context);
  http::Router routes;
  open.AddRoutes(routes);
  std::swap(router, routes);
  CHECK(Offer("/whip/new").status == 201);
  peer = "127.0.0.1";
  std::swap(router, routes);
  CHECK(Offer("/whip/new").status == 201);
}

TEST_CASE_METHOD(EndpointWorld, "a name that exists goes to the node that has it") {
  test::FakeMediaNode other(loop, "m2");
  directory.PutNode(other.node());
  directory.PutStream(test::MakeStream("mine", "m2"));
  for (int i = 0; i < 3; ++i) CHECK(Offer("/whip/mine").status == 201);
  CHECK(other.publishers().size() == 3);
}

TEST_CASE_METHOD(EndpointWorld, "an offer to publish that is wrong has its own code") {
  CHECK(Ask(Method::kPost, "/whip/new", {{"content-type", "text/plain"}}, "offer").status == 415);
  CHECK(Offer("/whip/" + std::string(256, 'n')).status == 400);
  media.create_status = absl::InvalidArgumentError("the offer has no m-line");
  CHECK(Offer("/whip/new").status == 400);
  media.create_status = absl::FailedPreconditionError("no common codecs");
  CHECK(Offer("/whip/new").status == 406);
  media.create_status = absl::UnavailableError("drains");
  CHECK(HeaderOf(Offer("/whip/new"), "Retry-After") == "1");
  CHECK(whip.counters().refused == 4);
  CHECK(whip.counters().failed == 1);
}

TEST_CASE_METHOD(EndpointWorld,
                 "a node that is silent is 504, and nothing is left of the session") {
  static_assert(kQuickCall < 1s);
  media.hold_creates = true;
  CHECK(Offer("/whip/new").status == 504);
  CHECK(test::RunUntil(loop, [&] { return !media.closed().empty(); }));
}

TEST_CASE_METHOD(EndpointWorld, "POST to a session is 405") {
  const std::string location = HeaderOf(Offer("/whip/new"), "Location");
  http::Response response = Offer(location);
  CHECK(response.status == 405);
  CHECK(HeaderOf(response, "Allow") == "PATCH, DELETE, OPTIONS");
  CHECK(media.publishers().size() == 1);
}

TEST_CASE_METHOD(EndpointWorld, "RFC 9725 4.3.2: a trickled fragment is 204") {
  const std::string location = HeaderOf(Offer("/whip/new"), "Location");
  http::Response response = Patch(location, "\"etag-1\"");
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  CHECK(media.patches().front().if_match() == "etag-1");
  CHECK(media.patches().front().fragment() == "fragment");
  CHECK(whip.counters().patched == 1);
}

TEST_CASE_METHOD(EndpointWorld, "RFC 9725 4.3.3: an ICE restart is 200 with ours and a new ETag") {
  const std::string location = HeaderOf(Offer("/whip/new"), "Location");
  media.restart_fragment = "a=ice-ufrag:new";
  media.etag = "etag-2";
  http::Response response = Patch(location, "*");
  CHECK(response.status == 200);
  CHECK(response.body == "a=ice-ufrag:new");
  CHECK(HeaderOf(response, "Content-Type") == "application/trickle-ice-sdpfrag");
  CHECK(HeaderOf(response, "ETag") == "\"etag-2\"");
  CHECK(media.patches().front().if_match() == "*");
}

TEST_CASE_METHOD(EndpointWorld,
                 "RFC 9725 4.3.1: PATCH for another ICE session is 412, for none 428") {
  const std::string location = HeaderOf(Offer("/whip/new"), "Location");
  CHECK(Patch(location, "").status == 428);
  CHECK(Patch(location, "etag-1").status == 412);
  CHECK(Patch(location, "W/\"etag-1\"").status == 412);
  CHECK(Patch(location, "\"etag-1\", \"etag-2\"").status == 412);
  CHECK(media.patches().empty());
  media.patch_status = absl::FailedPreconditionError("another ICE session");
  CHECK(Patch(location, "\"old\"").status == 412);
}

TEST_CASE_METHOD(EndpointWorld, "a PATCH that is wrong has its own code") {
  const std::string location = HeaderOf(Offer("/whip/new"), "Location");
  http::Response type = Patch(location, "\"etag-1\"", "fragment", "application/sdp");
  CHECK(type.status == 415);
  CHECK(HeaderOf(type, "Accept-Patch") == "application/trickle-ice-sdpfrag");
  CHECK(Patch("/whip/new/m1.0123456789abcdef0123456789abcdef", "*").status == 404);
  CHECK(Patch("/whip/new", "*").status == 405);
  media.patch_status = absl::InvalidArgumentError("nothing of ICE");
  CHECK(Patch(location, "*").status == 400);
  CHECK(whip.counters().patched == 0);
}

TEST_CASE_METHOD(EndpointWorld, "RFC 9725 4.6: clients are told of ICE servers") {
  context.options.ice_links = *IceServerLinks({"stun:stun.example.org"});
  const std::string link = "<stun:stun.example.org>; rel=\"ice-server\"";
  CHECK(HeaderOf(Ask(Method::kOptions, "/whip/new"), "Link") == link);
  CHECK(HeaderOf(Offer("/whip/new"), "Link") == link);
  CHECK(HeaderOf(Offer("/whep/cam"), "Link").starts_with(link + ", <"));
}

TEST_CASE("RFC 9725 4.6: ICE servers of the configuration become links") {
  CHECK(*IceServerLinks({}) == "");
  CHECK(*IceServerLinks({"stun:a", "turn:b:3478?transport=udp user secret"}) ==
        "<stun:a>; rel=\"ice-server\", <turn:b:3478?transport=udp>; rel=\"ice-server\"; "
        "username=\"user\"; credential=\"secret\"; credential-type=\"password\"");
  for (const char* wrong : {"", "turn:b", "turn:b user", "http://a", "stun:", "stun:a user secret",
                            "turn:b user secret more", "turn:b us\"er secret", "stun:<a>"}) {
    INFO(wrong);
    CHECK(IceServerLinks({wrong}).status().code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK_FALSE(IceServerLinks(std::vector<std::string>(9, "stun:a")).ok());
}

TEST_CASE_METHOD(EndpointWorld, "a player's layers are chosen at the URL that its answer names") {
  http::Response offered = Offer("/whep/cam");
  const std::string link = HeaderOf(offered, "Link");
  const std::string path = link.substr(1, link.find('>') - 1);
  CHECK(link == "<" + path + ">; rel=\"urn:ietf:params:whep:ext:core:layer\"");
  const auto select = [&](std::string body, std::string type = "application/json") {
    return Ask(Method::kPut, path, {{"content-type", std::move(type)}}, std::move(body));
  };
  CHECK(select("{\"rid\":\"m\",\"maxBitrateBps\":\"500000\",\"maxTemporalLayers\":1}").status ==
        204);
  REQUIRE(media.layers().size() == 1);
  CHECK(media.layers()[0].session_id() == media.creates()[0].session_id());
  CHECK(media.layers()[0].limits().rid() == "m");
  CHECK(media.layers()[0].limits().max_bitrate_bps() == 500'000);
  CHECK(select("{}").status == 204);
  CHECK(HeaderOf(select("{}"), "Access-Control-Allow-Origin") == "*");
  CHECK(select("[]").status == 400);
  CHECK(select("{\"width\":1}").status == 400);
  CHECK(select("{\"rid\":\"a b\"}").status == 400);
  CHECK(select("{}", "text/plain").status == 415);
  CHECK(Ask(Method::kPut, "/api/v1/players/m1.0123456789abcdef0123456789abcdef/layers",
            {{"content-type", "application/json"}}, "{}")
            .status == 404);
  CHECK(Ask(Method::kPut, "/api/v1/players/x/layers", {{"content-type", "application/json"}}, "{}")
            .status == 404);
  CHECK(Ask(Method::kOptions, path).status == 204);
}

}  // namespace
}  // namespace sluice::http_gateway
