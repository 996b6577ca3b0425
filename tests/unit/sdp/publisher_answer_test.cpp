#include "libs/sdp/publisher_answer.h"

#include <catch2/catch.hpp>

#include "libs/sdp/simulcast.h"
#include "tests/support/fixed_random.h"
#include "tests/unit/sdp/offers.h"

namespace sluice::sdp {
namespace {

using media::Codec;

AnswerSettings SettingsOfTest() {
  return {.ice_ufrag = "srv0",
          .ice_password = "0123456789012345678901",
          .fingerprint = "sha-256 AA:BB",
          .candidates = {{.priority = HostPriority(65535), .address = "127.0.0.1", .port = 31000},
                         {.transport = "tcp",
                          .priority = PassiveTcpPriority(8191),
                          .address = "127.0.0.1",
                          .port = 31000,
                          .extensions = "tcptype passive"}},
          .cname = "cname",
          .stream_id = "cam-stream"};
}

SessionDescription Offer(std::string_view text) {
  auto offer = Parse(text);
  INFO(offer.status().ToString());
  REQUIRE(offer.ok());
  return *std::move(offer);
}

SessionDescription Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string changed(text);
  for (size_t at = 0; (at = changed.find(from, at)) != std::string::npos; at += to.size()) {
    changed.replace(at, from.size(), to);
  }
  return Offer(changed);
}

absl::StatusOr<PublisherAnswer> TryAnswer(const SessionDescription& offer,
                                          const PublisherLimits& limits = {}) {
  test::FixedRandom random;
  return MakePublisherAnswer(offer, SettingsOfTest(), limits, random);
}

PublisherAnswer Answer(const SessionDescription& offer, const PublisherLimits& limits = {}) {
  auto answer = TryAnswer(offer, limits);
  INFO(answer.status().ToString());
  REQUIRE(answer.ok());
  return *std::move(answer);
}

std::vector<int> PayloadTypes(const MediaSection& section) {
  std::vector<int> types;
  for (const Format& format : section.formats) types.push_back(format.payload_type);
  return types;
}

std::vector<Codec> CodecsOf(const PublishedTrack& track) {
  std::vector<Codec> codecs;
  for (const PublishedFormat& format : track.formats) codecs.push_back(format.codec);
  return codecs;
}

std::string_view OtherOf(const MediaSection& section, std::string_view name) {
  for (const Attribute& attribute : section.other) {
    if (attribute.name == name) return attribute.value;
  }
  return "";
}

TEST_CASE("audio and video are answered recvonly on one passive, ICE-lite transport") {
  const PublisherAnswer answer = Answer(Offer(kChromiumPublish));
  const SessionDescription& sdp = answer.description;
  CHECK(sdp.ice_lite);
  CHECK(sdp.groups == std::vector<Group>{{"BUNDLE", {"0", "1"}}});
  REQUIRE(sdp.media.size() == 2);
  for (const MediaSection& section : sdp.media) {
    CHECK(section.direction == Direction::kRecvOnly);
    CHECK(section.port != 0);
    CHECK(section.rtcp_mux);
    CHECK(section.rtcp_rsize);
    CHECK(section.transport ==
          Transport{"srv0", "0123456789012345678901", {"sha-256 AA:BB"}, "passive"});
  }
  CHECK(sdp.media[0].candidates == SettingsOfTest().candidates);
  CHECK(sdp.media[0].end_of_candidates);
  CHECK(sdp.media[1].candidates.empty());
  REQUIRE(answer.tracks.size() == 2);
  CHECK(answer.tracks[0].kind == media::MediaKind::kAudio);
  CHECK(answer.tracks[0].mid == "0");
  CHECK(answer.tracks[1].kind == media::MediaKind::kVideo);
  CHECK(answer.remote.ice_ufrag == Offer(kChromiumPublish).media[0].transport.ice_ufrag);
}

TEST_CASE("an answer to a publisher can be read again and says the same") {
  for (std::string_view text : {kChromiumPublish, kChromiumSimulcast, kChromiumPublishAv1}) {
    const PublisherAnswer answer =
        Answer(Offer(text), {.min_bitrate_bps = 100'000, .max_bitrate_bps = 500'000});
    const auto again = Parse(Serialize(answer.description));
    REQUIRE(again.ok());
    CHECK(*again == answer.description);
  }
}

TEST_CASE("every payload type that we can receive is agreed on, in the offer's order, with RTX") {
  const PublisherAnswer answer = Answer(Offer(kChromiumPublish));
  CHECK(PayloadTypes(answer.description.media[1]) == std::vector<int>{96, 97, 102, 103, 104, 107,
                                                                      108, 109, 114, 115, 116, 117,
                                                                      39, 40, 45, 46, 98, 99});
  const PublishedTrack& video = answer.tracks[1];
  CHECK(CodecsOf(video) == std::vector<Codec>{Codec::kVp8, Codec::kH264, Codec::kH264, Codec::kH264,
                                              Codec::kH264, Codec::kH264, Codec::kH264, Codec::kAv1,
                                              Codec::kVp9});
  CHECK(
      video.formats[2] ==
      PublishedFormat{
          .codec = Codec::kH264,
          .payload_type = 104,
          .rtx_payload_type = 107,
          .clock_rate = 90000,
          .channels = 0,
          .parameters = "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f"});
  const Format& vp8 = answer.description.media[1].formats[0];
  CHECK(vp8.feedback ==
        std::vector<std::string>{"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"});
}

TEST_CASE("sound: RED in front of Opus, then G.722 and G.711, no comfort noise, no tones") {
  const PublisherAnswer answer = Answer(Offer(kChromiumPublish));
  CHECK(PayloadTypes(answer.description.media[0]) == std::vector<int>{63, 111, 9, 0, 8});
  const PublishedTrack& audio = answer.tracks[0];
  CHECK(audio.red_payload_type == 63);
  CHECK(audio.formats[0].codec == Codec::kOpus);
  CHECK(audio.formats[0].channels == 2);
  CHECK(audio.formats[0].clock_rate == 48000);
}

TEST_CASE("another codec in front of Opus stays there, RED goes with Opus") {
  const auto offer = Replaced(kChromiumPublish, "SAVPF 111 63 9 0 8", "SAVPF 0 111 63 9 8");
  CHECK(PayloadTypes(Answer(offer).description.media[0]) == std::vector<int>{0, 63, 111, 9, 8});
}

TEST_CASE("the configured order goes before the offer's") {
  const PublisherAnswer answer =
      Answer(Offer(kChromiumPublish), {.codec_order = {Codec::kH264, Codec::kVp9, Codec::kPcma}});
  CHECK(PayloadTypes(answer.description.media[1]) == std::vector<int>{102, 103, 104, 107, 108, 109,
                                                                      114, 115, 116, 117, 39, 40,
                                                                      98, 99, 96, 97, 45, 46});
  CHECK(PayloadTypes(answer.description.media[0]) == std::vector<int>{8, 63, 111, 9, 0});
}

TEST_CASE("declared SSRCs and their RTX are known") {
  const PublisherAnswer answer = Answer(Offer(kChromiumPublish));
  const SessionDescription offer = Offer(kChromiumPublish);
  CHECK(answer.tracks[0].encodings ==
        std::vector<PublishedEncoding>{{"", offer.media[0].ssrcs[0].ssrc, 0}});
  const std::vector<uint32_t>& fid = offer.media[1].ssrc_groups[0].ssrcs;
  CHECK(answer.tracks[1].encodings == std::vector<PublishedEncoding>{{"", fid[0], fid[1]}});
  auto undeclared = offer;
  undeclared.media[1].ssrcs.clear();
  undeclared.media[1].ssrc_groups.clear();
  CHECK(Answer(undeclared).tracks[1].encodings == std::vector<PublishedEncoding>{{"", 0, 0}});
}

TEST_CASE("header extensions that the receiver reads are agreed on") {
  const PublisherAnswer answer = Answer(Offer(kChromiumSimulcast));
  const PublishedTrack& audio = answer.tracks[0];
  CHECK(audio.mid_id == 4);
  CHECK(audio.transport_sequence_id == 3);
  CHECK(audio.abs_send_time_id == 2);
  CHECK(audio.audio_level_id == 1);
  CHECK(audio.rid_id == 0);
  const PublishedTrack& video = answer.tracks[1];
  CHECK(video.mid_id == 4);
  CHECK(video.rid_id == 10);
  CHECK(video.repaired_rid_id == 11);
  CHECK(video.transport_sequence_id == 3);
  CHECK(video.abs_send_time_id == 2);
  CHECK(video.dependency_descriptor_id == 12);
  CHECK(video.audio_level_id == 0);
  CHECK(answer.description.media[1].extensions.size() == 6);
}

TEST_CASE("orientation is agreed on only when asked for") {
  CHECK(Answer(Offer(kChromiumPublish)).tracks[1].orientation_id == 0);
  CHECK(Answer(Offer(kChromiumPublish), {.orientation = true}).tracks[1].orientation_id == 13);
}

TEST_CASE("RFC 8853: each offered encoding is agreed on by its rid") {
  const PublisherAnswer answer = Answer(Offer(kChromiumSimulcast));
  CHECK(answer.tracks[1].encodings ==
        std::vector<PublishedEncoding>{{"h", 0, 0}, {"m", 0, 0}, {"l", 0, 0}});
  const MediaSection& video = answer.description.media[1];
  CHECK(video.other ==
        std::vector<Attribute>{
            {"rid", "h recv"}, {"rid", "m recv"}, {"rid", "l recv"}, {"simulcast", "recv h;m;l"}});
  CHECK(OtherOf(Answer(Offer(kChromiumPublish)).description.media[1], "simulcast").empty());
}

TEST_CASE("RFC 8853: of alternatives the first, paused ones too, undeclared ones not") {
  const auto rids = [](std::string_view list) {
    return OfferedRids(Replaced(kChromiumSimulcast, "simulcast:send h;m;l", list).media[1]);
  };
  using Rids = std::vector<std::string>;
  CHECK(rids("simulcast:send h,m;~l") == Rids{"h", "l"});
  CHECK(rids("simulcast:recv x send m;h") == Rids{"m", "h"});
  CHECK(rids("simulcast:send h;x;l") == Rids{"h", "l"});
  CHECK(rids("simulcast:send h;h;;l") == Rids{"h", "l"});
  CHECK(rids("simulcast:recv h;m") == Rids{});
  CHECK(rids("simulcast:send") == Rids{});
  CHECK(rids("x:send h") == Rids{});
}

TEST_CASE("RFC 8853: at most four encodings are agreed on") {
  const auto offer =
      Replaced(kChromiumSimulcast, "a=simulcast:send h;m;l",
               "a=rid:a send\na=rid:b send\na=rid:c send\na=simulcast:send h;m;l;a;b;c");
  const PublisherAnswer answer = Answer(offer);
  CHECK(answer.tracks[1].encodings.size() == kMaxEncodings);
  CHECK(OtherOf(answer.description.media[1], "simulcast") == "recv h;m;l;a");
}

TEST_CASE("RFC 8853: without the rid extension there is one encoding") {
  const auto offer =
      Replaced(kChromiumSimulcast, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "urn:x");
  const PublisherAnswer answer = Answer(offer);
  CHECK(answer.tracks[1].encodings == std::vector<PublishedEncoding>{{"", 0, 0}});
  CHECK(answer.description.media[1].other.empty());
}

TEST_CASE("limits of the bitrate stand in every video format, in kbit/s") {
  const PublisherAnswer answer =
      Answer(Offer(kChromiumPublish), {.min_bitrate_bps = 300'000, .max_bitrate_bps = 2'500'000});
  const MediaSection& video = answer.description.media[1];
  CHECK(video.FindFormat(96)->parameters == "x-google-min-bitrate=300;x-google-max-bitrate=2500");
  CHECK(FindParameter(*video.FindFormat(108), "x-google-max-bitrate") == "2500");
  CHECK(FindParameter(*video.FindFormat(108), "profile-level-id") == "42e01f");
  CHECK(video.FindFormat(97)->parameters == "apt=96");
  CHECK(answer.description.media[0].FindFormat(111)->parameters == "minptime=10;useinbandfec=1");
}

TEST_CASE("an orphaned rtx in front, as websdk's stripCodecs leaves it, is skipped") {
  const auto stripped = Replaced(kChromiumPublish, "SAVPF 96 97 102", "SAVPF 97 102");
  REQUIRE(stripped.media[1].formats.front().payload_type == 97);
  const PublisherAnswer answer = Answer(stripped);
  CHECK(answer.description.media[1].formats.front().payload_type == 102);
  CHECK(answer.description.media[1].FindFormat(97) == nullptr);
}

TEST_CASE("formats without fmtp and lines with a bare LF and a blank are taken") {
  std::string text(kChromiumPublish);
  for (std::string_view gone : {"a=fmtp:98 profile-id=0\n", "a=fmtp:99 apt=98\n"}) {
    text.erase(text.find(gone), gone.size());
  }
  text.replace(text.find(" 119 120\n"), 9, " 119 \n");
  const PublisherAnswer answer = Answer(Offer(text));
  CHECK(answer.tracks[1].formats.back() == PublishedFormat{.codec = Codec::kVp9,
                                                           .payload_type = 98,
                                                           .rtx_payload_type = 0,
                                                           .clock_rate = 90000,
                                                           .channels = 0,
                                                           .parameters = ""});
}

TEST_CASE("candidates in the offer are not needed, nor in the way") {
  CHECK(Offer(kChromiumPublish).media[0].candidates.empty());
  const auto with = Replaced(kChromiumPublish, "a=rtcp-mux\n",
                             "a=rtcp-mux\na=candidate:1 1 udp 1 192.0.2.2 57427 typ host\n");
  CHECK(Answer(with).tracks.size() == 2);
}

TEST_CASE("one audio and one video m-line are accepted, the first that we have a codec of") {
  SessionDescription offer = Offer(kChromiumPublish);
  while (offer.media.size() < 6) {
    offer.media.push_back(offer.media[1]);
    offer.media.back().mid = std::to_string(offer.media.size() - 1);
    offer.groups[0].mids.push_back(offer.media.back().mid);
  }
  for (Format& format : offer.media[1].formats) format.encoding = "other";
  const PublisherAnswer answer = Answer(offer);
  CHECK(answer.tracks.size() == 2);
  CHECK(answer.tracks[1].mid == "2");
  REQUIRE(answer.description.media.size() == 6);
  CHECK(answer.description.groups[0].mids == std::vector<std::string>{"0", "2"});
  CHECK(answer.description.media[1].port == 0);
  CHECK(answer.description.media[3].port == 0);
}

TEST_CASE("sendrecv is answered recvonly, m-lines that only receive are rejected") {
  const PublisherAnswer both = Answer(Replaced(kChromiumPublish, "a=sendonly", "a=sendrecv"));
  CHECK(both.description.media[0].direction == Direction::kRecvOnly);
  std::string text(kChromiumPublish);
  text.replace(text.find("a=sendonly"), 10, "a=recvonly");
  const PublisherAnswer video = Answer(Offer(text));
  CHECK(video.tracks.size() == 1);
  CHECK(video.description.media[0].port == 0);
  CHECK(video.description.media[1].candidates.size() == 2);
}

TEST_CASE("an offer to publish without a codec of ours is FailedPrecondition") {
  auto offer = Offer(kChromiumPublishAv1);
  offer.media[1].formats[0].encoding = "H265";
  offer.media.erase(offer.media.begin());
  const auto answer = TryAnswer(offer);
  CHECK(answer.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(answer.status().message() == std::string("no common codecs: the offer has H265"));
}

TEST_CASE("an offer to publish that cannot be answered is InvalidArgument and says why") {
  struct Fault {
    std::string_view from;
    std::string_view to;
    std::string_view message;
  };
  const Fault faults[] = {
      {"a=fingerprint:", "a=x:", "the offer has no a=fingerprint"},
      {"a=ice-ufrag:", "a=x:", "the offer has no a=ice-ufrag"},
      {"a=rtcp-mux", "a=x", "the offer has no a=rtcp-mux"},
      {"a=setup:actpass", "a=setup:passive", "the offer says a=setup:passive, which is our part"},
      {"a=sendonly", "a=recvonly", "the offer has no audio or video that is to be sent"},
      {"m=", "x=", "the offer has no m-line"},
  };
  for (const Fault& fault : faults) {
    const SessionDescription offer = Replaced(kChromiumPublish, fault.from, fault.to);
    CHECK(CheckPublisherOffer(offer).code() == absl::StatusCode::kInvalidArgument);
    CHECK(CheckPublisherOffer(offer).message() == std::string(fault.message));
    CHECK(TryAnswer(offer).status() == CheckPublisherOffer(offer));
  }
  CHECK(CheckPublisherOffer(Offer(kChromiumPublish)).ok());
}

}  // namespace
}  // namespace sluice::sdp
