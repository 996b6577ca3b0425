#include "libs/wcs/stream_news.h"

#include <catch2/catch.hpp>
#include <string>

#include "libs/wcs/info.h"
#include "tests/unit/wcs/session_fixture.h"

namespace sluice::wcs {
namespace {

// One player, playing 640x360, and one publisher, publishing.
struct Fixture : SessionFixture {
  Fixture() {
    Connect();
    Play("v");
    News("v", PlayedStream{.width = 640, .height = 360});
    session.OnStarted("v");
    Publish("p");
    session.OnStarted("p");
    Take();
  }
};

TEST_CASE("publishers may say mute, unmute and data, and nothing else") {
  for (const char* type : {"audioMuted", "audioUnmuted", "videoMuted", "videoUnmuted", "data"}) {
    CHECK(IsStreamEventType(type));
  }
  for (const char* type : {"", "resize", "notEnoughBandwidth", "snapshotCompleted", "audiomuted"}) {
    CHECK_FALSE(IsStreamEventType(type));
  }
  CHECK(TypeOf({.audio = false, .muted = false}) == "videoUnmuted");
  CHECK_FALSE(MuteOf("data").has_value());
}

TEST_CASE_METHOD(Fixture, "data goes to the player under the id of the player's stream") {
  CHECK(News("v", StreamEvent{"data", R"({"count":1})"}) ==
        R"({"data":[{"mediaSessionId":"v","payload":{"count":1},"type":"data"}],)"
        R"("message":"notifyStreamEvent"})"
        "\n");
}

TEST_CASE_METHOD(Fixture, "what the server says itself is not taken from publishers") {
  CHECK(News("v", StreamEvent{"resize", ""}).empty());
  CHECK(News("v", StreamEvent{"data", "not JSON"}) ==
        R"({"data":[{"mediaSessionId":"v","type":"data"}],"message":"notifyStreamEvent"})"
        "\n");
}

TEST_CASE_METHOD(Fixture, "mute is told once, with the stream's name, however it is heard of") {
  std::string out = News("v", StreamEvent{"audioMuted", ""});
  CHECK(Has(out, R"("type":"audioMuted")"));
  CHECK(Has(out, R"("payload":{"streamName":"cam"})"));
  CHECK(News("v", StreamEvent{"audioMuted", ""}).empty());
  CHECK(News("v", PlayedStream{.width = 640, .height = 360, .audio_muted = true}).empty());
  out = News("v", PlayedStream{.width = 640, .height = 360, .video_muted = true});
  CHECK(Has(out, R"("type":"audioUnmuted")"));
  CHECK(Has(out, R"("type":"videoMuted")"));
}

TEST_CASE_METHOD(SessionFixture, "who comes late hears of mute in the PLAYING status") {
  Connect();
  Play("v");
  CHECK(News("v", PlayedStream{.video_muted = true, .audio_muted = false}).empty());
  CHECK(News("v", StreamEvent{"audioMuted", ""}).empty());
  session.OnStarted("v");
  std::string out = Take();
  CHECK(Has(out, R"("status":"PLAYING")"));
  CHECK(Has(out, R"("audioState":{"muted":true})"));
  CHECK(Has(out, R"("videoState":{"muted":true})"));
}

TEST_CASE_METHOD(Fixture, "a new size of the picture is told in both forms, the same one is not") {
  std::string out = News("v", PlayedStream{.width = 320, .height = 180});
  CHECK(Has(out, R"("payload":{"streamerVideoHeight":180,"streamerVideoWidth":320})"));
  CHECK(Has(out, R"("type":"resize")"));
  CHECK(Has(out, R"("message":"notifyVideoFormat")"));
  CHECK(Has(out, R"("status":"RESIZE")"));
  CHECK(News("v", PlayedStream{.width = 320, .height = 180}).empty());
  CHECK(session.Streams().back().status == StreamStatus::kPlaying);
}

TEST_CASE_METHOD(Fixture,
                 "connection quality: inbound for the publisher, outbound for the player") {
  CHECK(News("v", VideoRate{2'500'000}) ==
        R"({"data":[{"mediaSessionId":"v","videoRate":2500000}],"message":"outboundVideoRate"})"
        "\n");
  CHECK(News("p", VideoRate{0}) ==
        R"({"data":[{"mediaSessionId":"p","videoRate":0}],"message":"inboundVideoRate"})"
        "\n");
}

TEST_CASE("connection quality each 3 s, or never: bits since the last time") {
  CountingRandom random;
  ClientSession session({.streams = {.inbound_rate_seconds = 0, .outbound_rate_seconds = 3}},
                        random, Instant{});
  auto say = [&](const std::string& text) {
    session.OnText(text);
    session.TakeActions();
  };
  say(R"({"message":"connection","data":[{}]})");
  say(R"({"message":"playStream","data":[{"mediaSessionId":"v","name":"cam"}]})");
  say(R"({"message":"publishStream","data":[{"mediaSessionId":"p","name":"me"}]})");
  for (int i = 1; i <= 6; ++i) {
    session.OnNews("p", VideoRate{1000});
    session.OnNews("v", VideoRate{1000});
    auto actions = session.TakeActions();
    CHECK(actions.size() == (i % 3 == 0 ? 1 : 0));
    if (!actions.empty()) {
      CHECK(Has(std::get<SendText>(actions.front()).message, R"("videoRate":3000)"));
    }
  }
}

TEST_CASE_METHOD(Fixture, "too little bandwidth is told in both forms") {
  std::string out = News("v", NotEnoughBandwidth{.stream_bps = 900'000, .network_bps = 300'000});
  CHECK(Has(out, R"("payload":{"info":"900000/300000"},"type":"notEnoughBandwidth")"));
  CHECK(Has(out, R"("info":"900000/300000","mediaSessionId":"v","status":"NOT_ENOUGH_BANDWIDTH")"));
  CHECK(session.Streams().back().status == StreamStatus::kPlaying);
}

TEST_CASE_METHOD(Fixture, "news of streams that have gone are not told") {
  Message("stopStream", R"({"mediaSessionId":"v"})");
  CHECK(News("v", VideoRate{1}).empty());
  CHECK(News("v", StreamEvent{"data", "1"}).empty());
  CHECK(News("nobody", PlayedStream{.width = 1, .height = 1}).empty());
}

}  // namespace
}  // namespace sluice::wcs
