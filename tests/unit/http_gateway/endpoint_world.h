// WHIP, WHEP and layers in front of one scripted media node.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <utility>

#include "libs/directory/fake_directory.h"
#include "services/http-gateway/layers.h"
#include "services/http-gateway/whep.h"
#include "services/http-gateway/whip.h"
#include "tests/support/directory_builders.h"
#include "tests/support/fake_media_node.h"
#include "tests/support/run_until.h"

namespace sluice::http_gateway {

using http::Method;

inline std::string HeaderOf(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

// Lines stay where the test can see them.
struct KeptLines final : log::LineSink {
  explicit KeptLines(std::string& kept) : all(kept) {}
  void Write(std::string_view line) override { all.append(line) += '\n'; }
  std::string& all;
};

struct EndpointWorld {
  std::string lines;  // logged
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "http-gateway")};
  test::FakeMediaNode media{loop, "m1"};
  rpc::ChannelPool channels{loop};
  SystemRandom random;
  log::Logger log{{.service = "test"}, std::make_unique<KeptLines>(lines)};
  EndpointContext context{
      {.node_id = "gw", .call_timeout = 2s, .ice_links = ""}, directory, channels, random, log};
  Whip whip{/*open_publishing=*/false, context};
  Whep whep{context};
  http::Router router;
  std::string peer = "10.0.0.7";

  EndpointWorld() {
    directory.PutNode(media.node());
    directory.PutStream(test::MakeStream("cam", "ingest-1"));
    directory.PutStream(test::MakeStream("a/b c", "ingest-1"));
    whip.AddRoutes(router);
    whep.AddRoutes(router);
    AddLayerRoutes(router, directory, channels);
  }

  http::Response Ask(http::Request request) {
    std::optional<http::Response> answer;
    request.peer_address = peer;
    router.Route(std::move(request),
                 http::Responder([&](http::Response r) { answer = std::move(r); }));
    REQUIRE(test::RunUntil(loop, [&] { return answer.has_value(); }));
    return *answer;
  }
  http::Response Ask(Method method, std::string path, http::Fields headers = {},
                     std::string body = "") {
    return Ask(http::Request{.method = method,
                             .path = std::move(path),
                             .headers = std::move(headers),
                             .body = std::move(body)});
  }
  http::Response Offer(std::string path, std::string query = "") {
    return Ask(http::Request{
        .method = Method::kPost,
        .path = std::move(path),
        .query = std::move(query),
        .headers = {{"content-type", "application/sdp"}, {"user-agent", "Camera/1.0"}},
        .body = "offer"});
  }
  http::Response Patch(std::string path, std::string if_match, std::string body = "fragment",
                       std::string type = "application/trickle-ice-sdpfrag") {
    http::Fields headers = {{"content-type", std::move(type)}};
    if (!if_match.empty()) headers.emplace_back("if-match", std::move(if_match));
    return Ask(Method::kPatch, std::move(path), std::move(headers), std::move(body));
  }
};

}  // namespace sluice::http_gateway
