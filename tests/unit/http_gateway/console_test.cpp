#include "services/http-gateway/console.h"

#include <catch2/catch.hpp>
#include <string>

#include "libs/directory/fake_directory.h"
#include "services/http-gateway/stream_map.h"
#include "tests/support/directory_builders.h"

namespace sluice::http_gateway {
namespace {

KnownStream Stream(const std::string& name, const std::string& rendition, v1::Codec codec,
                   uint64_t bitrate) {
  KnownStream known;
  known.status.mutable_key()->set_name(name);
  known.status.mutable_key()->set_rendition(rendition);
  v1::TrackStatus& track = *known.status.add_tracks();
  track.set_bitrate_bps(bitrate);
  track.mutable_track()->set_codec(codec);
  track.mutable_track()->set_kind(codec == v1::CODEC_OPUS ? v1::MEDIA_KIND_AUDIO
                                                          : v1::MEDIA_KIND_VIDEO);
  return known;
}

KnownPlayer Player(const std::string& name, const std::string& remark) {
  KnownPlayer known;
  known.status.mutable_key()->set_name(name);
  known.status.set_state("playing");
  known.status.set_remark(remark);
  return known;
}

struct World {
  loop::EventLoop loop;
  directory::FakeDirectory directory{loop, test::MakeNode("gw", 0, "http-gateway")};
  SuitePicture picture;

  World() {
    picture.streams = {Stream("cam", "", v1::CODEC_H264, 2'000'000),
                       Stream("cam", "h264", v1::CODEC_H264, 1'000'000),
                       Stream("cam", "opus", v1::CODEC_OPUS, 96'000),
                       Stream("other", "", v1::CODEC_H264, 1)};
    picture.streams[0].status.set_remark("not taken: Speex");
    picture.streams[1].status.set_subscribers(3);
    picture.players = {Player("cam", "without B-frames"), Player("cam", "without B-frames"),
                       Player("cam", "")};
  }
  bool Says(const std::string& part) {
    std::string state = ConsoleState(picture, directory, true, "127.0.0.1");
    INFO(state);
    return state.find(part) != std::string::npos;
  }
};

TEST_CASE_METHOD(World, "renditions stand under their stream, not beside it") {
  for (const char* part : {R"("profile":"h264")", R"("subscribers":3)", R"("bitrateBps":1000000)",
                           R"("profile":"opus")", R"("codec":"opus")", R"("bitrateBps":96000)"}) {
    CHECK(Says(part));
  }
  CHECK_FALSE(Says(R"("name":"h264")"));
  CHECK(Says(R"("bitrateBps":2000000)"));  // the stream's own
  CHECK(Says(R"("renditions":[])"));       // of the other
}

TEST_CASE_METHOD(World, "remarks on the stream and on its players are shown, alike ones once") {
  CHECK(Says(R"("remark":"not taken: Speex")"));
  CHECK(Says(R"("playersRemark":"without B-frames")"));
  CHECK(Says(R"("playersRemark":"")"));
}

TEST_CASE_METHOD(World, "simulcast video is one video with its layers, the highest stands for it") {
  v1::StreamStatus& status = picture.streams[3].status;
  status.set_publisher_protocol("whip");
  status.clear_tracks();
  for (const auto& [rid, width] : {std::pair("h", 1280u), std::pair("l", 320u)}) {
    v1::TrackStatus& track = *status.add_tracks();
    track.set_bitrate_bps(width * 1000);
    track.mutable_track()->set_kind(v1::MEDIA_KIND_VIDEO);
    track.mutable_track()->set_codec(v1::CODEC_VP8);
    track.mutable_track()->set_rid(rid);
    track.mutable_track()->set_width(width);
  }
  CHECK(Says(R"("protocol":"whip")"));
  CHECK(Says(R"("codec":"VP8")"));
  CHECK(Says(R"("rid":"h")"));
  CHECK(Says(R"("rid":"l")"));
  CHECK(Says(R"("layers":[])"));  // of the other
  const wcs::StreamObject object = ToStreamObjects(picture)[1];
  CHECK(object.media_provider == "WebRTC");
  CHECK(object.width == 1280);
  CHECK(object.bitrate == 1600);
}

TEST_CASE_METHOD(World, "REST of WCS has the remarks as info, and no renditions") {
  std::vector<wcs::StreamObject> objects = ToStreamObjects(picture);
  REQUIRE(objects.size() == 5);
  CHECK(objects[0].info == "not taken: Speex");
  CHECK(objects[1].name == "other");
  CHECK(objects[1].info.empty());
  CHECK(objects[2].info == "without B-frames");
  CHECK(objects[4].info.empty());
}

}  // namespace
}  // namespace sluice::http_gateway
