// Subscriptions as their players see them.
#include <catch2/catch.hpp>

#include "services/webrtc-media/stream_subscription.h"
#include "tests/unit/webrtc_media/media_node.h"

namespace sluice::webrtc_media {
namespace {

using test::MediaNode;
using test::RunUntil;
using test::ToldEvents;

TEST_CASE("players of one stream share a subscription") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(node.Create("session-2").ok());
  CHECK(node.players.subscription_count() == 1);
  CHECK(node.sockets.counters().subscribers == 1);
}

TEST_CASE("the publisher's end is the end of its players, and of the subscription") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.Unpublish(fanout::EndCause::kPublisherStopped);
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  CHECK(told.events.back().end_reason() == v1::END_REASON_PUBLISHER_STOPPED);
  CHECK(RunUntil(node.loop, [&] { return node.players.subscription_count() == 0; }));
}

TEST_CASE("a stream that is published again under the name is a new one") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.Unpublish(fanout::EndCause::kPublisherStopped);
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  node.Publish();
  CHECK(node.Create("session-2").ok());
}

TEST_CASE("a relay that breaks is replaced, and its players stay") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.Unpublish(fanout::EndCause::kUpstreamLost);
  node.Publish();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 2; }));
  CHECK(node.players.player_count() == 1);
  node.Unpublish(fanout::EndCause::kPublisherStopped);
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  CHECK(told.events.back().end_reason() == v1::END_REASON_PUBLISHER_STOPPED);
}

TEST_CASE(
    "players wait for a publisher whose daemon was killed, though the name is gone meanwhile") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  node.directory.RemoveStream({"cam", ""});
  node.Unpublish(fanout::EndCause::kUpstreamLost);
  CHECK_FALSE(RunUntil(
      node.loop, [&] { return told.HasEnded("session-1"); },
      2 * StreamSubscription::kRecoveryInterval + 200ms));
  node.Publish();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 2; }));
  CHECK(node.players.player_count() == 1);
}

TEST_CASE("a stream that is not ready is waited for, but no longer than a second") {
  MediaNode node;
  node.Publish(false);
  SECTION("until it is ready") {
    node.Request("session-1");
    CHECK_FALSE(RunUntil(
        node.loop, [&] { return !node.answers["session-1"].empty(); }, 200ms));
    node.publication->SetReady();
    CHECK(RunUntil(
        node.loop, [&] { return !node.answers["session-1"].empty(); }, 500ms));
  }
  SECTION("or the time is over") {
    const Instant asked = node.loop.now();
    CHECK(node.Create("session-1").ok());
    CHECK(node.loop.now() - asked >= StreamSubscription::kReadyTime - 10ms);
  }
}

TEST_CASE("AAC is asked for as Opus, and the picture does not wait for it") {
  MediaNode node;
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 1; }));
  CHECK(node.transcoder.requests[0] == "cam/opus");
}

TEST_CASE("a rendition that fails is asked for again while a player wants it") {
  MediaNode node;
  ToldEvents told(node);
  REQUIRE(node.Create("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 3; }));
  CHECK(node.players.Close("session-1").ok());
  REQUIRE(RunUntil(node.loop, [&] { return told.HasEnded("session-1"); }));
  const size_t asked = node.transcoder.requests.size();
  CHECK_FALSE(RunUntil(
      node.loop, [&] { return node.transcoder.requests.size() > asked; }, 1500ms));
}

TEST_CASE("a rendition that ends is asked for again") {
  MediaNode node;
  v1::StartRenditionResponse there;
  there.set_grpc_address(node.address);
  node.transcoder.answer = there;
  const auto publish_rendition = [&] {
    auto rendition = std::make_shared<fanout::Publication>(
        node.loop, node.random, fanout::Publication::Settings{.key = {"cam", "opus"}});
    media::Track track = test::AudioTrack();
    track.codec = media::Codec::kOpus;
    CHECK(rendition->AddTrack(track).ok());
    rendition->SetReady();
    node.publications.Add(rendition);
    return rendition;
  };
  auto rendition = publish_rendition();
  REQUIRE(node.Create("session-1").ok());
  // The stream and its rendition.
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().subscribers == 2; }));
  node.publications.Remove({"cam", "opus"});
  rendition->End({fanout::EndCause::kFailed, "decoder"});
  rendition = publish_rendition();
  REQUIRE(RunUntil(node.loop, [&] { return node.sockets.counters().connections == 3; }));
  CHECK(node.transcoder.requests.size() == 2);
  CHECK(node.players.player_count() == 1);
}

TEST_CASE("a stream whose audio browsers take needs no rendition") {
  MediaNode node;
  node.publications.Remove({"cam", ""});
  node.publication = std::make_shared<fanout::Publication>(
      node.loop, node.random, fanout::Publication::Settings{.key = {"cam", ""}});
  media::Track track = test::AudioTrack();
  track.codec = media::Codec::kOpus;
  const uint32_t audio_id = *node.publication->AddTrack(track);
  node.publication->SetReady();
  node.publications.Add(node.publication);
  REQUIRE(node.Create("session-1").ok());
  // Until the codec changes to one that they do not.
  node.publication->RemoveTrack(audio_id);
  CHECK(node.publication->AddTrack(test::AudioTrack()).ok());
  CHECK(RunUntil(node.loop, [&] { return node.transcoder.requests.size() == 1; }));
}

}  // namespace
}  // namespace sluice::webrtc_media
