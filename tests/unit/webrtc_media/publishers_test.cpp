// Publishers as their gateway and their players see them; what a worker would say is said here.
#include "services/webrtc-media/publishers.h"

#include <catch2/catch.hpp>

#include "tests/unit/webrtc_media/media_node.h"

namespace sluice::webrtc_media {
namespace {

using test::MediaNode;
using test::RunUntil;
using test::ToldEvents;

struct PublisherNode {
  explicit PublisherNode(Publishers::Settings settings = Defaults())
      : publishers(std::move(settings),
                   {node.loop, node.logger, node.random, node.directory, node.publications},
                   node.watchers) {
    publishers.SetPool(*node.pool);
  }
  static Publishers::Settings Defaults() {
    return {.identity = {"sha-256 AA", {}}, .alive = 0s, .grace = 100ms};
  }

  absl::Status Create(const std::string& session_id, const std::string& stream = "live",
                      std::string_view offer = sdp::kChromiumPublish) {
    std::optional<absl::StatusOr<SessionAnswer>> got;
    publishers.Create({.session_id = session_id,
                       .stream_name = stream,
                       .offer_sdp = std::string(offer),
                       .owner = "gateway-1",
                       .protocol = "whip"},
                      [&](absl::StatusOr<SessionAnswer> answered) { got = std::move(answered); });
    REQUIRE(RunUntil(node.loop, [&] { return got.has_value(); }));
    if (got->ok()) answer = **got;
    return got->status();
  }
  // As a worker does when the first packets have come.
  void Play(const std::string& session_id) {
    publishers.OnPublisherStarted(session_id);
    PublishedItems items;
    items.push_back({0, FormatChange{.codec = media::Codec::kVp8, .codec_config = {}}});
    publishers.OnPublisherMedia(session_id, std::move(items));
  }
  fanout::Publication* stream(const std::string& name = "live") {
    return node.publications.Find({name, ""}).get();
  }
  bool HasEnded(const std::string& session_id, v1::EndReason reason) {
    return RunUntil(
        node.loop,
        [&] {
          return std::any_of(told.events.begin(), told.events.end(), [&](const auto& event) {
            return event.session_id() == session_id && event.state() == v1::SESSION_STATE_ENDED &&
                   event.end_reason() == reason;
          });
        },
        3s);
  }

  MediaNode node;
  ToldEvents told{node};
  Publishers publishers;
  SessionAnswer answer;
};

TEST_CASE("an offer to publish is answered with the name claimed") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  CHECK(node.answer.sdp.find("a=recvonly") != std::string::npos);
  CHECK(node.answer.etag.size() == 16);
  CHECK(node.node.directory.FindStream({"live", ""}) != nullptr);
  REQUIRE(node.told.events.size() == 2);  // behind the mark
  CHECK(node.told.events[1].state() == v1::SESSION_STATE_PENDING);
  node.Play("p1");
  CHECK(node.told.events[2].state() == v1::SESSION_STATE_PUBLISHING);
  CHECK(node.stream()->settings().publisher_protocol == "whip");
}

TEST_CASE("what is wrong with a request to publish is said") {
  PublisherNode node;
  CHECK(absl::IsInvalidArgument(node.Create("p1", "live", "v=1")));
  CHECK(absl::IsInvalidArgument(node.Create("p1", "live", sdp::kChromiumWhep)));
  CHECK(absl::IsInvalidArgument(node.Create("", "live")));
  CHECK(absl::IsInvalidArgument(node.Create("p1", "")));
  CHECK(absl::IsAborted(node.Create("p1", "cam")));  // another daemon has it
  REQUIRE(node.Create("p1").ok());
  CHECK(absl::IsAlreadyExists(node.Create("p1", "other")));
  CHECK(node.publishers.counters().refused == 6);
  CHECK(node.publishers.publisher_count() == 1);
}

TEST_CASE("publishers are bounded") {
  Publishers::Settings settings = PublisherNode::Defaults();
  settings.max_publishers = 1;
  PublisherNode node(settings);
  REQUIRE(node.Create("p1").ok());
  CHECK(absl::IsResourceExhausted(node.Create("p2", "other")));
}

TEST_CASE("the name of a publisher that is alive is taken") {
  Publishers::Settings settings = PublisherNode::Defaults();
  settings.alive = 60s;
  PublisherNode node(settings);
  REQUIRE(node.Create("p1").ok());
  CHECK(absl::IsAborted(node.Create("p2")));
  CHECK(node.publishers.publisher_count() == 1);
}

TEST_CASE("a publisher that has gone silent is replaced, and its players stay") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  const uint32_t track = node.stream()->description()->tracks[0].id;
  REQUIRE(node.Create("p2").ok());
  CHECK(node.HasEnded("p1", v1::END_REASON_REPLACED));
  node.Play("p2");
  CHECK(node.stream()->description()->tracks[0].id == track);
  CHECK(node.publishers.counters().taken_over == 1);
  CHECK(node.publishers.publisher_count() == 1);
}

TEST_CASE("a publisher that says goodbye ends its stream at once") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  test::RecordingSink sink;
  node.stream()->Attach(sink);
  REQUIRE(node.publishers.Close("p1", false).ok());
  REQUIRE(sink.Of<fanout::StreamEnd>().size() == 1);
  CHECK(sink.Of<fanout::StreamEnd>()[0].cause == fanout::EndCause::kPublisherStopped);
  CHECK(node.stream() == nullptr);
  CHECK(node.HasEnded("p1", v1::END_REASON_CLOSED));
  CHECK(absl::IsNotFound(node.publishers.Close("p1", false)));
  CHECK(node.Create("p2").ok());
}

TEST_CASE("a stream whose publisher has vanished waits for another one, for a while") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  const bool client_is_lost = GENERATE(true, false);
  if (client_is_lost) {
    REQUIRE(node.publishers.Close("p1", true).ok());
  } else {
    node.publishers.OnPublisherEnded("p1", EndReason::kIceTimeout, "");
  }
  REQUIRE(node.stream() != nullptr);
  SECTION("one comes") {
    REQUIRE(node.Create("p2").ok());
    node.Play("p2");
    CHECK_FALSE(RunUntil(
        node.node.loop, [&] { return node.stream() == nullptr; }, 200ms));
  }
  SECTION("none comes") {
    test::RecordingSink sink;
    node.stream()->Attach(sink);
    REQUIRE(RunUntil(node.node.loop, [&] { return node.stream() == nullptr; }));
    CHECK(sink.Of<fanout::StreamEnd>()[0].cause == fanout::EndCause::kPublisherLost);
    CHECK(node.node.directory.FindStream({"live", ""}) == nullptr);
  }
}

TEST_CASE("a goodbye that comes behind the end of the session ends the stream that waits") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  node.publishers.OnPublisherEnded("p1", EndReason::kClosed, "");
  REQUIRE(node.stream() != nullptr);
  SECTION("of the same publisher") {
    CHECK(node.publishers.Close("p1", true).ok());
    REQUIRE(node.stream() != nullptr);
    CHECK(node.publishers.Close("p1", false).ok());
    CHECK(node.stream() == nullptr);
  }
  SECTION("not of another one") { CHECK(absl::IsNotFound(node.publishers.Close("p9", false))); }
  SECTION("not when another one has taken it over") {
    REQUIRE(node.Create("p2").ok());
    CHECK(absl::IsNotFound(node.publishers.Close("p1", false)));
    CHECK(node.stream() != nullptr);
  }
}

TEST_CASE("a publisher that stays silent ends with its stream") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  node.publishers.OnPublisherSilent("p1", true);
  SECTION("for good") {
    CHECK(node.HasEnded("p1", v1::END_REASON_NO_MEDIA));
    CHECK(node.stream() == nullptr);
  }
  SECTION("and comes again") {
    node.publishers.OnPublisherSilent("p1", false);
    CHECK_FALSE(RunUntil(
        node.node.loop, [&] { return node.stream() == nullptr; }, 200ms));
  }
}

TEST_CASE("a stream that nothing has come of ends with its publisher") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.publishers.OnPublisherEnded("p1", EndReason::kIceTimeout, "");
  CHECK(node.stream() == nullptr);
  CHECK(node.publishers.publisher_count() == 0);
}

TEST_CASE("a publisher whose name is lost is told, and so are its players") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  node.node.directory.PutStream(test::MakeStream("live", "ingest-1"));
  CHECK(node.HasEnded("p1", v1::END_REASON_NAME_LOST));
  CHECK(node.stream() == nullptr);
}

TEST_CASE("a node that drains takes no publishers, and waits for those that it has") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  REQUIRE(node.Create("p2", "other").ok());
  node.Play("p2");
  REQUIRE(node.publishers.Close("p2", true).ok());
  bool drained = false;
  node.publishers.Drain([&] { drained = true; });
  CHECK(node.stream("other") == nullptr);  // nobody can come back to it
  CHECK(absl::IsUnavailable(node.Create("p3")));
  CHECK_FALSE(drained);
  REQUIRE(node.publishers.Close("p1", false).ok());
  CHECK(RunUntil(node.node.loop, [&] { return drained; }));
}

TEST_CASE("the rate of a publisher's video is told once a second if it was asked for") {
  PublisherNode node;
  std::optional<absl::StatusOr<SessionAnswer>> got;
  node.publishers.Create(
      {.session_id = "p1",
       .stream_name = "live",
       .offer_sdp = std::string(sdp::kChromiumPublish),
       .owner = "gateway-1",
       .protocol = "websdk",
       .report_video_rate = true},
      [&](absl::StatusOr<SessionAnswer> answered) { got = std::move(answered); });
  REQUIRE(RunUntil(node.node.loop, [&] { return got.has_value(); }));
  node.Play("p1");
  CHECK(RunUntil(
      node.node.loop, [&] { return node.told.events.back().has_video_rate(); }, 3s));
}

TEST_CASE("trickled candidates are taken, under the session's ETag") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  const std::string fragment =
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
      "a=candidate:1 1 udp 2122194687 192.0.2.2 57427 typ host\r\na=end-of-candidates\r\n";
  const auto patched = node.publishers.Patch("p1", {fragment, node.answer.etag});
  REQUIRE(patched.ok());
  CHECK(patched->fragment.empty());
  CHECK(patched->etag == node.answer.etag);
  CHECK(node.publishers.Patch("p1", {fragment, "another"}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(absl::IsInvalidArgument(node.publishers.Patch("p1", {"nonsense", ""}).status()));
  CHECK(absl::IsNotFound(node.publishers.Patch("p2", {fragment, ""}).status()));
}

TEST_CASE(
    "RFC 9725 4.3.1: another ufrag is an ICE restart, with credentials and candidates of ours") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  const std::string fragment =
      "a=ice-ufrag:new1\r\na=ice-pwd:new-password-of-22-bytes\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n";
  const auto patched = node.publishers.Patch("p1", {fragment, "*"});
  REQUIRE(patched.ok());
  CHECK(patched->etag != node.answer.etag);
  CHECK(patched->fragment.find("a=ice-ufrag:") != std::string::npos);
  CHECK(patched->fragment.find("a=candidate:") != std::string::npos);
  CHECK(patched->fragment.find("a=mid:0") != std::string::npos);
  // The same again is the present session's, and no restart.
  const auto again = node.publishers.Patch("p1", {fragment, patched->etag});
  REQUIRE(again.ok());
  CHECK(again->fragment.empty());
  CHECK(again->etag == patched->etag);
}

TEST_CASE("a publisher's words reach the players of its stream") {
  PublisherNode node;
  REQUIRE(node.Create("p1").ok());
  node.Play("p1");
  test::RecordingSink sink;
  node.stream()->Attach(sink);
  REQUIRE(node.publishers.Tell("p1", {"data", "{\"a\":1}"}).ok());
  REQUIRE(sink.Of<fanout::StreamEventPtr>().size() == 1);
  CHECK(absl::IsNotFound(node.publishers.Tell("p9", {"data", ""})));
  node.stream()->Detach(sink);
}

}  // namespace
}  // namespace sluice::webrtc_media
