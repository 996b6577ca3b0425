#include "services/webrtc-media/answer_map.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

std::string FingerprintText() {
  std::string text = "sha-256 00";
  for (int i = 1; i < 32; ++i) text += ":AB";
  return text;
}

sdp::PlayerAnswer AnswerOfTest() {
  sdp::PlayerAnswer answer;
  answer.remote = {"ruf1", "remote-password", FingerprintText()};
  answer.tracks.push_back(
      {.mid = "0",
       .kind = media::MediaKind::kVideo,
       .formats = {{media::Codec::kH264, 108, 109}, {media::Codec::kVp8, 96, 0}},
       .ssrc = 11,
       .rtx_ssrc = 12,
       .mid_id = 9,
       .playout_delay_id = 5});
  return answer;
}

const sdp::AnswerSettings kOurs = {
    .ice_ufrag = "luf1", .ice_password = "local-password", .cname = "c"};

TEST_CASE("a worker learns from an answer what was agreed") {
  const auto settings = ToPlayerSettings("session", AnswerOfTest(), kOurs);
  REQUIRE(settings.ok());
  CHECK(settings->transport.session_id == "session");
  CHECK(settings->transport.cname == "c");
  CHECK(settings->transport.local_ufrag == "luf1");
  CHECK(settings->transport.local_password == "local-password");
  CHECK(settings->transport.remote_ufrag == "ruf1");
  CHECK(settings->transport.remote_password == "remote-password");
  CHECK(settings->transport.fingerprint.sha256[0] == 0);
  CHECK(settings->transport.fingerprint.sha256[31] == 0xab);
  CHECK(settings->counters != nullptr);
  REQUIRE(settings->tracks.size() == 1);
  const PlayerTrackSettings& track = settings->tracks[0];
  CHECK(track.kind == media::MediaKind::kVideo);
  CHECK(track.ssrc == 11);
  CHECK(track.rtx_ssrc == 12);
  CHECK(track.playout_delay_id == 5);
  REQUIRE(track.formats.size() == 2);
  CHECK(track.formats[0].codec == media::Codec::kH264);
  CHECK(track.formats[0].payload_type == 108);
  CHECK(track.formats[0].rtx_payload_type == 109);
}

TEST_CASE("a fingerprint that is not one is InvalidArgument") {
  sdp::PlayerAnswer answer = AnswerOfTest();
  answer.remote.fingerprint = "sha-256 AB:CD";
  CHECK(ToPlayerSettings("session", answer, kOurs).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::webrtc_media
