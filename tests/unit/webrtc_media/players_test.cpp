#include "services/webrtc-media/players.h"

#include <catch2/catch.hpp>

#include "tests/unit/webrtc_media/media_node.h"

namespace sluice::webrtc_media {
namespace {

using test::MediaNode;
using test::RunUntil;
using test::ToldEvents;

TEST_CASE("a player gets one answer that names the worker's port and the stream's codec") {
  MediaNode node;
  const auto text = node.Create("session-1");
  INFO(text.status().ToString());
  REQUIRE(text.ok());
  const auto answer = sdp::Parse(*text);
  REQUIRE(answer.ok());
  REQUIRE(answer->media.size() == 2);
  const sdp::MediaSection& video = answer->media[0];
  CHECK(video.formats.front().payload_type == 108);
  REQUIRE_FALSE(video.candidates.empty());
  CHECK(video.candidates.front().port == node.pool->worker(0).port());
  CHECK(video.transport.fingerprints == std::vector<std::string>{"sha-256 AA"});
  CHECK(node.players.player_count() == 1);
  CHECK(node.pool->player_count() == 1);
}

TEST_CASE("no two answers share credentials or SSRCs") {
  MediaNode node;
  const auto first = sdp::Parse(*node.Create("session-1"));
  const auto second = sdp::Parse(*node.Create("session-2"));
  CHECK(first->media[0].transport.ice_ufrag != second->media[0].transport.ice_ufrag);
  CHECK(first->media[0].transport.ice_password != second->media[0].transport.ice_password);
  CHECK(first->media[0].ssrcs[0].ssrc != second->media[0].ssrcs[0].ssrc);
}

TEST_CASE("advertised addresses stand in the answer instead of the host's") {
  MediaNode node({.identity = {"sha-256 AA", {*net::SocketAddress::Parse("203.0.113.5", 0)}}});
  const auto answer = sdp::Parse(*node.Create("session-1"));
  REQUIRE(answer->media[0].candidates.size() == 2);
  for (const sdp::Candidate& candidate : answer->media[0].candidates) {
    CHECK(candidate.address == "203.0.113.5");
  }
  CHECK(answer->media[0].candidates[0].transport == "udp");
  CHECK(answer->media[0].candidates[1].transport == "tcp");
}

TEST_CASE("a player of a stream that nobody has is NotFound") {
  MediaNode node;
  CHECK(node.Create("session-1", "nobody").status().code() == absl::StatusCode::kNotFound);
  CHECK(node.players.player_count() == 0);
  CHECK(RunUntil(node.loop, [&] { return node.players.subscription_count() == 0; }));
}

TEST_CASE("an offer that cannot be used is InvalidArgument, at once and without a subscription") {
  MediaNode node;
  for (const char* offer : {"", "hello", "v=0\r\n", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"}) {
    const auto answer = node.Create("session-1", "cam", offer);
    CHECK(answer.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(node.players.subscription_count() == 0);
  }
}

TEST_CASE("a session id or stream name that is not one is InvalidArgument") {
  MediaNode node;
  for (const std::string& id : {std::string(), std::string("a b"), std::string(129, 'a')}) {
    CHECK(node.Create(id).status().code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK(node.Create("session-1", "").status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a session id in use is AlreadyExists, also while the first is being made") {
  MediaNode node;
  node.Request("session-1");
  node.Request("session-1");
  REQUIRE(RunUntil(node.loop, [&] { return node.answers["session-1"].size() == 2; }));
  CHECK(node.answers["session-1"][0].status().code() == absl::StatusCode::kAlreadyExists);
  CHECK(node.answers["session-1"][1].ok());
}

TEST_CASE("players above the limit are ResourceExhausted") {
  MediaNode node({.identity = {"sha-256 AA", {}}, .max_players = 1});
  CHECK(node.Create("session-1").ok());
  CHECK(node.Create("session-2").status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("no common codecs is FailedPrecondition") {
  MediaNode node;
  std::string offer(sdp::kChromiumWhep);
  for (const std::string_view codec : {"H264/90000", "VP8/90000", "opus/48000"}) {
    for (size_t at = 0; (at = offer.find(codec)) != std::string::npos;) offer[at] = 'x';
  }
  CHECK(node.Create("session-1", "cam", offer).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(node.players.player_count() == 0);
}

TEST_CASE("the owner is told of its sessions: those that are there, then what becomes of them") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  ToldEvents told(node);
  REQUIRE(told.events.size() == 2);
  CHECK(told.events[0].session_id() == "session-1");
  CHECK(told.events[0].state() == v1::SESSION_STATE_PENDING);
  CHECK(told.events[1].snapshot_done());
  REQUIRE(node.Create("session-2").ok());
  REQUIRE(told.events.size() == 3);
  CHECK(told.events[2].session_id() == "session-2");
  CHECK(node.players.Close("session-2").ok());
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-2"); }));
  CHECK(told.events.back().end_reason() == v1::END_REASON_CLOSED);
}

TEST_CASE("a player is closed once") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  CHECK(node.players.Close("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return node.players.player_count() == 0; }));
  CHECK(node.players.Close("session-1").code() == absl::StatusCode::kNotFound);
  CHECK(RunUntil(node.loop, [&] { return node.players.subscription_count() == 0; }));
}

TEST_CASE("a player that is closed before its answer gets no player, but an answer") {
  MediaNode node;
  node.Request("session-1");
  CHECK(node.players.Close("session-1").ok());
  REQUIRE(node.answers["session-1"].size() == 1);
  CHECK(node.answers["session-1"][0].status().code() == absl::StatusCode::kCancelled);
  CHECK(RunUntil(node.loop, [&] { return node.players.subscription_count() == 0; }));
  CHECK(node.pool->player_count() == 0);
}

TEST_CASE("players are listed by stream") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  const auto all = node.players.List("");
  REQUIRE(all.size() == 1);
  CHECK(all[0].id() == "session-1");
  CHECK(all[0].key().name() == "cam");
  CHECK(all[0].protocol() == "whep");
  CHECK(all[0].state() == "pending");
  CHECK(node.players.List("cam").size() == 1);
  CHECK(node.players.List("other").empty());
}

TEST_CASE("a node that drains takes no players and has drained when the last one has ended") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  bool drained = false;
  node.players.Drain([&] { drained = true; });
  CHECK(node.Create("session-2").status().code() == absl::StatusCode::kUnavailable);
  CHECK_FALSE(drained);
  CHECK(node.players.Close("session-1").ok());
  CHECK(RunUntil(node.loop, [&] { return drained; }));
}

TEST_CASE("a node without players has drained at once") {
  MediaNode node;
  bool drained = false;
  node.players.Drain([&] { drained = true; });
  CHECK(drained);
}

}  // namespace
}  // namespace sluice::webrtc_media
