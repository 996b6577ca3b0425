#include "services/http-gateway/suite_status.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "libs/directory/fake_directory.h"
#include "services/http-gateway/console.h"
#include "services/http-gateway/stream_map.h"
#include "tests/support/directory_builders.h"
#include "tests/support/fake_media_node.h"
#include "tests/support/run_until.h"

namespace sluice::http_gateway {
namespace {

v1::StreamStatus CamStatus() {
  v1::StreamStatus status;
  status.mutable_key()->set_name("cam");
  status.set_media_session_id("11111111-2222-4333-8444-555555555555");
  status.set_publisher_protocol("rtmp");
  status.set_publisher_address("10.0.0.7:5000");
  status.set_publisher_agent("OBS");
  status.mutable_created()->set_seconds(1'700'000'000);
  v1::TrackStatus* video = status.add_tracks();
  video->mutable_track()->set_kind(v1::MEDIA_KIND_VIDEO);
  video->mutable_track()->set_codec(v1::CODEC_H264);
  video->mutable_track()->set_width(640);
  video->mutable_track()->set_height(360);
  video->set_bitrate_bps(800'000);
  video->set_frame_rate(24.99);
  video->set_key_frame_interval_s(2);
  v1::TrackStatus* audio = status.add_tracks();
  audio->mutable_track()->set_kind(v1::MEDIA_KIND_AUDIO);
  audio->mutable_track()->set_codec(v1::CODEC_AAC);
  audio->mutable_track()->set_clock_rate(48'000);
  audio->set_bitrate_bps(128'000);
  return status;
}

v1::PlayerStatus Player(const std::string& id, const std::string& protocol) {
  v1::PlayerStatus status;
  status.set_id(id);
  status.mutable_key()->set_name("cam");
  status.set_protocol(protocol);
  status.set_address("10.0.0.8:6000");
  status.set_state("playing");
  return status;
}

// The fake node plays both parts: it owns the stream "cam" and serves players.
struct World {
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "http-gateway")};
  test::FakeMediaNode node{loop, "m1"};
  rpc::ChannelPool channels{loop};
  SuiteStatus suite{loop, directory, channels};

  World() {
    directory.PutNode(node.node());
    directory.PutStream(test::MakeStream("cam", "m1"));
    *node.streams().add_streams() = CamStatus();
  }
  SuitePicture Get() {
    std::optional<SuitePicture> got;
    suite.Get([&](const SuitePicture& picture) { got = picture; });
    REQUIRE(test::RunUntil(loop, [&] { return got.has_value(); }));
    return *got;
  }
};

TEST_CASE_METHOD(World, "the picture joins the directory with what the nodes say") {
  *node.players().add_players() = Player("p1", "whep");
  SuitePicture picture = Get();
  REQUIRE(picture.streams.size() == 1);
  CHECK(picture.streams[0].node_id == "m1");
  CHECK(picture.streams[0].status.publisher_agent() == "OBS");
  CHECK(picture.CountPlayers("cam") == 1);
  CHECK(picture.CountPlayers("other") == 0);
}

TEST_CASE_METHOD(World, "askers within a second share one round of questions") {
  int answers = 0;
  for (int i = 0; i < 10; ++i) suite.Get([&](const SuitePicture&) { ++answers; });
  REQUIRE(test::RunUntil(loop, [&] { return answers == 10; }));
  CHECK(node.list_calls() == 2);  // streams and players
  Get();
  CHECK(node.list_calls() == 2);
}

TEST_CASE_METHOD(World, "a stream whose node does not answer is there as the directory has it") {
  directory.PutStream(test::MakeStream("other", "gone-node", 5000));
  node.Die();
  SuitePicture picture = Get();
  REQUIRE(picture.streams.size() == 2);
  CHECK(picture.streams[0].status.publisher_protocol() == "rtmp");
  CHECK(picture.streams[1].status.created().seconds() == 5);
}

TEST_CASE_METHOD(World, "copies of a stream on other nodes do not count") {
  directory.PutStream(test::MakeStream("cam", "somebody-else"));
  CHECK(Get().streams[0].status.publisher_agent().empty());
}

TEST_CASE("WCS: a publish entry with codecs and size, a play entry per player, no renditions") {
  SuitePicture picture;
  picture.streams.push_back({CamStatus(), "n1"});
  v1::StreamStatus rendition = CamStatus();
  rendition.mutable_key()->set_rendition("opus");
  picture.streams.push_back({rendition, "t1"});
  picture.players.push_back({Player("p1", "whep"), "m1"});
  picture.players.push_back({Player("p2", "rtmp"), "n1"});
  std::vector<wcs::StreamObject> streams = ToStreamObjects(picture);
  REQUIRE(streams.size() == 3);
  CHECK(streams[0].published);
  CHECK(streams[0].status == wcs::StreamStatus::kPublishing);
  CHECK(streams[0].video_codec == "H264");
  CHECK(streams[0].audio_codec == "mpeg4-generic");
  CHECK(streams[0].width == 640);
  CHECK(streams[0].bitrate == 800);
  CHECK(streams[0].gop == 50);
  CHECK(streams[0].session_id == "/10.0.0.7:5000");
  CHECK(streams[0].media_provider == "Flash");
  CHECK_FALSE(streams[1].published);
  CHECK(streams[1].status == wcs::StreamStatus::kPlaying);
  CHECK(streams[1].media_session_id == "p1");
  CHECK(streams[1].audio_codec == "opus");
  CHECK(streams[1].media_provider == "WebRTC");
  CHECK(streams[2].audio_codec == "mpeg4-generic");
}

TEST_CASE_METHOD(World, "the console's list tells no address and no id") {
  SuitePicture picture;
  picture.streams.push_back({CamStatus(), "n1"});
  picture.players.push_back({Player("p1", "whep"), "m1"});
  v1::Node ingest = test::MakeNode("i1", 0, "ingest");
  ingest.add_listen("rtmp 0.0.0.0:19350");
  directory.PutNode(ingest);
  std::string json = ConsoleState(picture, directory, false, "192.168.1.5");
  CHECK(json.find("10.0.0") == std::string::npos);
  CHECK(json.find("11111111") == std::string::npos);
  CHECK(json.find("\"rtmpPort\":19350") != std::string::npos);
  CHECK(json.find("\"mayPublish\":true") != std::string::npos);
  CHECK(json.find("\"players\":1") != std::string::npos);
  CHECK(json.find("\"bitrateBps\":928000") != std::string::npos);
}

TEST_CASE_METHOD(World, "a visitor from outside may publish only when publishing is open") {
  CHECK(ConsoleState({}, directory, false, "203.0.113.9").find("\"mayPublish\":false") !=
        std::string::npos);
  CHECK(ConsoleState({}, directory, true, "203.0.113.9").find("\"mayPublish\":true") !=
        std::string::npos);
  CHECK(ConsoleState({}, directory, false, "").find("\"mayPublish\":false") != std::string::npos);
}

}  // namespace
}  // namespace sluice::http_gateway
