#include "libs/fanout/description_map.h"

#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

TEST_CASE("a description survives the way through its message") {
  media::Track video = test::VideoTrack();
  video.codec_config = {1, 2, 3};
  video.width = 1280;
  video.height = 720;
  video.frame_rate = 29.97;
  video.mid = "0";
  video.rid = "h";
  video.has_b_frames = true;
  video.has_recovery_points = true;
  auto description = test::Describe({video, test::AudioTrack()}, 7);
  CHECK(FromProto(ToProto(*description)) == *description);
}

TEST_CASE("every codec survives, and one from the future becomes unknown") {
  for (int codec = 0; codec <= static_cast<int>(media::Codec::kMp3); ++codec) {
    media::Track track;
    track.codec = static_cast<media::Codec>(codec);
    CHECK(FromProto(ToProto(track)).codec == track.codec);
  }
  v1::Track future;
  future.set_codec(static_cast<v1::Codec>(9999));
  CHECK(FromProto(future).codec == media::Codec::kUnknown);
}

TEST_CASE("a stream key survives") {
  media::StreamKey key{"cam/1", "opus"};
  CHECK(FromProto(ToProto(key)) == key);
}

}  // namespace
}  // namespace sluice::fanout
