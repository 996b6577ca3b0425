#include "libs/sdp/player_answer.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/fixed_random.h"
#include "tests/unit/sdp/offers.h"

namespace sluice::sdp {
namespace {

media::StreamDescription CamStream(Bytes avc = {1, 0x64, 0x00, 0x1f}) {
  media::Track video;
  video.id = 1;
  video.kind = media::MediaKind::kVideo;
  video.codec = media::Codec::kH264;
  video.codec_config = std::move(avc);
  media::Track audio;
  audio.id = 2;
  audio.kind = media::MediaKind::kAudio;
  audio.codec = media::Codec::kAac;
  return {.epoch = 1, .tracks = {video, audio}, .ready = true};
}

AnswerSettings SettingsOfTest() {
  return {.ice_ufrag = "srv0",
          .ice_password = "0123456789012345678901",
          .fingerprint = "sha-256 AA:BB",
          .candidates = {{.foundation = "1",
                          .priority = HostPriority(65535),
                          .address = "127.0.0.1",
                          .port = 31000}},
          .cname = "cname",
          .stream_id = "cam-stream"};
}

SessionDescription Offer(std::string_view text) {
  auto offer = Parse(text);
  REQUIRE(offer.ok());
  return *std::move(offer);
}

absl::StatusOr<PlayerAnswer> TryAnswer(const SessionDescription& offer,
                                       const media::StreamDescription& stream = CamStream()) {
  test::FixedRandom random;
  return MakePlayerAnswer(offer, stream, SettingsOfTest(), random);
}

PlayerAnswer Answer(const SessionDescription& offer,
                    const media::StreamDescription& stream = CamStream()) {
  auto answer = TryAnswer(offer, stream);
  INFO(answer.status().ToString());
  REQUIRE(answer.ok());
  return *std::move(answer);
}

SessionDescription Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string changed(text);
  for (size_t at = 0; (at = changed.find(from, at)) != std::string::npos; at += to.size()) {
    changed.replace(at, from.size(), to);
  }
  return Offer(changed);
}

const AnsweredTrack& TrackOf(const PlayerAnswer& answer, media::MediaKind kind) {
  for (const AnsweredTrack& track : answer.tracks) {
    if (track.kind == kind) return track;
  }
  FAIL("no such track");
  return answer.tracks.front();
}

TEST_CASE("every offered audio and video m-line is answered sendonly on one transport") {
  const PlayerAnswer answer = Answer(Offer(kChromiumWhep));
  const SessionDescription& sdp = answer.description;
  CHECK(sdp.ice_lite);
  REQUIRE(sdp.media.size() == 2);
  CHECK(sdp.groups == std::vector<Group>{{"BUNDLE", {"0", "1"}}});
  for (const MediaSection& section : sdp.media) {
    CHECK(section.direction == Direction::kSendOnly);
    CHECK(section.port != 0);
    CHECK(section.rtcp_mux);
    CHECK(section.rtcp_rsize);
    CHECK(section.protocol == "UDP/TLS/RTP/SAVPF");
    CHECK(section.transport ==
          Transport{"srv0", "0123456789012345678901", {"sha-256 AA:BB"}, "passive"});
  }
  CHECK(sdp.media[0].media == "video");
  CHECK(sdp.media[0].candidates == SettingsOfTest().candidates);
  CHECK(sdp.media[1].candidates.empty());
  CHECK(answer.remote.ice_ufrag == Offer(kChromiumWhep).media[0].transport.ice_ufrag);
  CHECK(answer.remote.fingerprint.substr(0, 8) == "sha-256 ");
}

TEST_CASE("the answer can be read again and says the same") {
  const PlayerAnswer answer = Answer(Offer(kChromiumSdkPlay));
  const auto again = Parse(Serialize(answer.description));
  REQUIRE(again.ok());
  CHECK(*again == answer.description);
}

TEST_CASE("High is sent under 42e01f mode 1, which stands first with its RTX") {
  const PlayerAnswer answer = Answer(Offer(kChromiumSdkPlay));
  const AnsweredTrack& video = TrackOf(answer, media::MediaKind::kVideo);
  CHECK(video.formats.front() == AnsweredFormat{media::Codec::kH264, 108, 109});
  const MediaSection& section = answer.description.media[1];
  CHECK(section.formats[0].payload_type == 108);
  CHECK(FindParameter(section.formats[0], "profile-level-id") == "42e01f");
  CHECK(FindParameter(section.formats[0], "packetization-mode") == "1");
  CHECK(section.formats[0].feedback ==
        std::vector<std::string>{"transport-cc", "ccm fir", "nack", "nack pli"});
  CHECK(section.formats[1].payload_type == 109);
  CHECK(section.formats[1].parameters == "apt=108");
}

TEST_CASE("Main and Baseline streams are sent under their own payload types") {
  const auto used = [](Bytes avc) {
    const PlayerAnswer answer = Answer(Offer(kChromiumSdkPlay), CamStream(std::move(avc)));
    return TrackOf(answer, media::MediaKind::kVideo).formats.front().payload_type;
  };
  CHECK(used({1, 0x4d, 0x40, 0x1f}) == 116);
  CHECK(used({1, 0x42, 0xc0, 0x1f}) == 108);
  CHECK(used({1, 0x42, 0x00, 0x1f}) == 102);
  CHECK(used({}) == 108);
}

TEST_CASE("a stream that needs a rendition is sent under the rendition's profile") {
  media::StreamDescription stream = CamStream({1, 0x4d, 0x40, 0x1f});
  stream.tracks[0].has_b_frames = true;
  const PlayerAnswer answer = Answer(Offer(kChromiumSdkPlay), stream);
  const SessionDescription& sdp = answer.description;
  CHECK(FindParameter(sdp.media[1].formats[0], "profile-level-id") == "42e01f");
}

TEST_CASE("every codec that we can send is listed once, those of helpers are not") {
  const PlayerAnswer answer = Answer(Offer(kChromiumSdkPlay));
  std::vector<media::Codec> video;
  for (const auto& format : TrackOf(answer, media::MediaKind::kVideo).formats) {
    video.push_back(format.codec);
  }
  CHECK(video == std::vector<media::Codec>{media::Codec::kH264, media::Codec::kVp8,
                                           media::Codec::kVp9, media::Codec::kAv1});
  std::vector<media::Codec> audio;
  for (const auto& format : TrackOf(answer, media::MediaKind::kAudio).formats) {
    audio.push_back(format.codec);
    CHECK(format.rtx_payload_type == 0);
  }
  CHECK(audio == std::vector<media::Codec>{media::Codec::kOpus, media::Codec::kG722,
                                           media::Codec::kPcmu, media::Codec::kPcma});
}

TEST_CASE("a stream's own audio codec comes first if it is offered, AAC is played as Opus") {
  media::StreamDescription stream = CamStream();
  stream.tracks[1].codec = media::Codec::kPcma;
  const PlayerAnswer answer = Answer(Offer(kChromiumSdkPlay), stream);
  CHECK(TrackOf(answer, media::MediaKind::kAudio).formats.front().codec == media::Codec::kPcma);
  CHECK(PlayerCodec(media::Codec::kAac) == media::Codec::kOpus);
}

TEST_CASE("m-lines are accepted whether the stream has that media or not") {
  media::StreamDescription video_only = CamStream();
  video_only.tracks.pop_back();
  CHECK(Answer(Offer(kChromiumWhep), video_only).tracks.size() == 2);
  CHECK(Answer(Offer(kChromiumWhep), {}).tracks.size() == 2);
}

TEST_CASE("SSRCs are ours, different, grouped by FID, and carry one msid stream") {
  const PlayerAnswer answer = Answer(Offer(kChromiumWhep));
  std::set<uint32_t> seen;
  std::set<std::string> streams;
  for (size_t i = 0; i < answer.tracks.size(); ++i) {
    const AnsweredTrack& track = answer.tracks[i];
    const MediaSection& section = answer.description.media[i];
    CHECK(seen.insert(track.ssrc).second);
    CHECK(track.ssrc != 0);
    if (track.kind == media::MediaKind::kVideo) {
      CHECK(seen.insert(track.rtx_ssrc).second);
      CHECK(section.ssrc_groups == std::vector<SsrcGroup>{{"FID", {track.ssrc, track.rtx_ssrc}}});
    } else {
      CHECK(track.rtx_ssrc == 0);
      CHECK(section.ssrc_groups.empty());
    }
    REQUIRE(section.msids.size() == 1);
    streams.insert(section.msids[0].substr(0, section.msids[0].find(' ')));
    CHECK(section.ssrcs.front() == SsrcAttribute{track.ssrc, "cname", "cname"});
  }
  CHECK(streams == std::set<std::string>{"cam-stream"});
}

TEST_CASE("header extensions: mid, congestion control, and for video playout-delay, orientation") {
  const PlayerAnswer answer = Answer(Offer(kChromiumWhep));
  const AnsweredTrack& video = TrackOf(answer, media::MediaKind::kVideo);
  const AnsweredTrack& audio = TrackOf(answer, media::MediaKind::kAudio);
  CHECK(video.mid_id == 9);
  CHECK(video.playout_delay_id == 5);
  CHECK(video.transport_sequence_id == 4);
  CHECK(video.abs_send_time_id == 2);
  CHECK(video.orientation_id == 3);
  CHECK(audio.mid_id == 9);
  CHECK(audio.transport_sequence_id == 4);
  CHECK(audio.abs_send_time_id == 2);
  CHECK(audio.playout_delay_id == 0);
  CHECK(audio.orientation_id == 0);
  CHECK(answer.description.media[0].extensions.size() == 5);
  CHECK(answer.description.media[1].extensions.size() == 3);
}

TEST_CASE("RED is agreed on behind Opus, which stays first") {
  const PlayerAnswer answer = Answer(Offer(kChromiumWhep));
  CHECK(TrackOf(answer, media::MediaKind::kAudio).red_payload_type == 63);
  const std::vector<Format>& formats = answer.description.media[1].formats;
  CHECK(formats[0].payload_type == 111);
  CHECK(formats[1].payload_type == 63);
  CHECK(formats[1].parameters == "111/111");
}

TEST_CASE("RED of another payload type than Opus is not agreed on") {
  for (std::string_view wrong : {"a=fmtp:63 111/0", "a=fmtp:63 0/0", "a=x:63 111/111"}) {
    const PlayerAnswer answer = Answer(Replaced(kChromiumWhep, "a=fmtp:63 111/111", wrong));
    CHECK(TrackOf(answer, media::MediaKind::kAudio).red_payload_type == 0);
    CHECK(answer.description.media[1].FindFormat(63) == nullptr);
  }
}

TEST_CASE("a stream's codec that is not offered is played as a rendition") {
  struct Choice {
    media::Codec stream;
    std::string_view missing;
    media::Codec played;
  };
  const Choice choices[] = {
      {media::Codec::kVp8, "VP9/", media::Codec::kVp8},
      {media::Codec::kVp8, "VP8/", media::Codec::kH264},
      {media::Codec::kVp9, "VP9/", media::Codec::kH264},
      {media::Codec::kAv1, "AV1/", media::Codec::kH264},
      {media::Codec::kH264, "H264/", media::Codec::kVp8},
  };
  for (const Choice& choice : choices) {
    media::StreamDescription stream = CamStream({});
    stream.tracks[0].codec = choice.stream;
    const auto offer = Replaced(kChromiumWhep, choice.missing, "other/");
    const PlayerAnswer answer = Answer(offer, stream);
    CHECK(TrackOf(answer, media::MediaKind::kVideo).formats.front().codec == choice.played);
  }
}

TEST_CASE("a track that browsers cannot show is played as h264, or else vp8") {
  media::Track track = CamStream({1, 0x4d, 0x40, 0x1f}).tracks[0];
  track.has_b_frames = true;
  const std::vector<AnsweredFormat> all = {{media::Codec::kVp8, 96, 0},
                                           {media::Codec::kH264, 102, 0}};
  CHECK(PlayedCodec(track, all) == media::Codec::kH264);
  CHECK(PlayedCodec(track, std::span(all).first(1)) == media::Codec::kVp8);
  CHECK(PlayedCodec(track, {}) == media::Codec::kUnknown);
}

TEST_CASE("sound is played as Opus if its own codec is not offered") {
  media::Track track = CamStream().tracks[1];
  const std::vector<AnsweredFormat> opus = {{media::Codec::kOpus, 111, 0}};
  const std::vector<AnsweredFormat> pcmu = {{media::Codec::kPcmu, 0, 0}};
  for (media::Codec codec : {media::Codec::kAac, media::Codec::kPcmu, media::Codec::kG722}) {
    track.codec = codec;
    CHECK(PlayedCodec(track, opus) == media::Codec::kOpus);
  }
  track.codec = media::Codec::kPcmu;
  CHECK(PlayedCodec(track, pcmu) == media::Codec::kPcmu);
  track.codec = media::Codec::kOpus;
  CHECK(PlayedCodec(track, pcmu) == media::Codec::kUnknown);
  track.codec = media::Codec::kSpeex;
  CHECK(PlayedCodec(track, opus) == media::Codec::kUnknown);
}

TEST_CASE("profiles of VP9 and AV1 that not every browser decodes are not agreed on") {
  const auto other = Replaced(kChromiumWhep, "profile-id=0", "profile-id=2");
  const PlayerAnswer answer = Answer(other);
  for (const auto& format : TrackOf(answer, media::MediaKind::kVideo).formats) {
    CHECK(format.codec != media::Codec::kVp9);
  }
}

TEST_CASE("RFC 8285 4.2: extension ids above 14 are not agreed on") {
  const PlayerAnswer answer = Answer(Replaced(kChromiumWhep, "a=extmap:5 ", "a=extmap:15 "));
  CHECK(TrackOf(answer, media::MediaKind::kVideo).playout_delay_id == 0);
}

TEST_CASE("RTX is not agreed on where NACK is not offered") {
  const PlayerAnswer answer = Answer(Replaced(kChromiumWhep, " nack\n", " x-nack\n"));
  const AnsweredTrack& video = TrackOf(answer, media::MediaKind::kVideo);
  CHECK(video.formats.front().rtx_payload_type == 0);
  CHECK(video.rtx_ssrc == 0);
}

TEST_CASE("RFC 3264 6: other media keep their place on port 0") {
  const PlayerAnswer answer = Answer(Offer(kChromiumWithData));
  REQUIRE(answer.description.media.size() == 2);
  const MediaSection& data = answer.description.media[1];
  CHECK(data.port == 0);
  CHECK(data.subtypes == "webrtc-datachannel");
  CHECK(data.mid == "1");
  CHECK(answer.tracks.size() == 1);
  CHECK(answer.description.groups[0].mids == std::vector<std::string>{"0"});
}

TEST_CASE("RFC 9143: what is outside the first bundle is rejected") {
  const PlayerAnswer apart = Answer(Replaced(kChromiumWhep, "BUNDLE 0 1", "BUNDLE 0"));
  CHECK(apart.tracks.size() == 1);
  CHECK(apart.description.media[1].port == 0);
  const PlayerAnswer none = Answer(Replaced(kChromiumWhep, "a=group:BUNDLE 0 1\n", ""));
  CHECK(none.tracks.size() == 1);
  CHECK(none.description.groups.empty());
}

TEST_CASE("m-lines that do not want to receive are rejected") {
  std::string offer(kChromiumWhep);
  offer.replace(offer.rfind("a=recvonly"), 10, "a=inactive");
  const PlayerAnswer answer = Answer(Offer(offer));
  CHECK(answer.tracks.size() == 1);
  CHECK(answer.description.media[1].port == 0);
}

TEST_CASE("orphaned rtx in front of the codecs is skipped") {
  const SessionDescription stripped = Replaced(
      Serialize(Offer(kChromiumSdkPlay)), "UDP/TLS/RTP/SAVPF 96 97 98", "UDP/TLS/RTP/SAVPF 97 98");
  REQUIRE(stripped.media[1].formats.front().payload_type == 97);
  const PlayerAnswer answer = Answer(stripped);
  for (const Format& format : answer.description.media[1].formats) {
    CHECK(format.payload_type != 97);
  }
}

TEST_CASE("no common codecs is FailedPrecondition and says who has what") {
  auto vp9_only = Offer(kChromiumWhep);
  std::erase_if(vp9_only.media[0].formats,
                [](const Format& format) { return !IsEncoding(format, "VP9"); });
  media::StreamDescription video_only = CamStream();
  video_only.tracks.pop_back();
  const auto answer = TryAnswer(vp9_only, video_only);
  CHECK(answer.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(answer.status().message()).find("the stream has H264; the offer has VP9") !=
        std::string::npos);
  // Sound alone is still something.
  CHECK(Answer(vp9_only).tracks.size() == 2);
}

TEST_CASE("H.264 without packetization-mode=1 cannot be sent: vp8 is played") {
  const auto mode_0 = Replaced(kChromiumWhep, "packetization-mode=1", "packetization-mode=0");
  const PlayerAnswer answer = Answer(mode_0);
  CHECK(TrackOf(answer, media::MediaKind::kVideo).formats.front().codec == media::Codec::kVp8);
}

TEST_CASE("an offer that cannot be answered is InvalidArgument and says what is wrong") {
  struct Fault {
    std::string_view from;
    std::string_view to;
    std::string_view message;
  };
  const Fault faults[] = {
      {"a=fingerprint:", "a=x:", "the offer has no a=fingerprint"},
      {"a=fingerprint:sha-256", "a=fingerprint:sha-1", "the offer has no sha-256 fingerprint"},
      {"a=ice-ufrag:", "a=x:", "the offer has no a=ice-ufrag"},
      {"a=ice-pwd:", "a=x:", "the offer has no a=ice-pwd"},
      {"a=ice-ufrag:", "a=ice-ufrag:a\na=x:", "the offer has an a=ice-ufrag of wrong length"},
      {"a=ice-pwd:", "a=ice-pwd:a\na=x:", "the offer has an a=ice-pwd of wrong length"},
      {"a=rtcp-mux", "a=x", "the offer has no a=rtcp-mux"},
      {"a=setup:actpass", "a=setup:passive", "the offer says a=setup:passive, which is our part"},
      {"a=recvonly", "a=sendonly", "the offer has no audio or video that is to be received"},
      {"m=", "x=", "the offer has no m-line"},
  };
  for (const Fault& fault : faults) {
    const SessionDescription offer = Replaced(kChromiumWhep, fault.from, fault.to);
    const absl::Status status = CheckPlayerOffer(offer);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(status.message() == std::string(fault.message));
    CHECK(TryAnswer(offer).status() == status);
  }
  CHECK(CheckPlayerOffer(Offer(kChromiumWhep)).ok());
}

TEST_CASE("at most eight m-lines are accepted") {
  SessionDescription offer = Offer(kChromiumWhep);
  while (offer.media.size() < 12) {
    offer.media.push_back(offer.media[0]);
    offer.media.back().mid = std::to_string(offer.media.size() - 1);
    offer.groups[0].mids.push_back(offer.media.back().mid);
  }
  const PlayerAnswer answer = Answer(offer);
  CHECK(answer.tracks.size() == kMaxAnsweredTracks);
  CHECK(answer.description.media.size() == 12);
}

}  // namespace
}  // namespace sluice::sdp
