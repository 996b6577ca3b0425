#include <catch2/catch.hpp>

#include "libs/sdp/session_description.h"
#include "tests/unit/sdp/offers.h"

namespace sluice::sdp {
namespace {

SessionDescription MustParse(std::string_view text) {
  auto session = Parse(text);
  INFO(session.status().ToString());
  REQUIRE(session.ok());
  return *std::move(session);
}

TEST_CASE("the offer of Chromium for WHEP is read") {
  const SessionDescription offer = MustParse(kChromiumWhep);
  REQUIRE(offer.groups.size() == 1);
  CHECK(offer.groups[0] == Group{"BUNDLE", {"0", "1"}});
  REQUIRE(offer.media.size() == 2);
  const MediaSection& video = offer.media[0];
  CHECK(video.media == "video");
  CHECK(video.protocol == "UDP/TLS/RTP/SAVPF");
  CHECK(video.mid == "0");
  CHECK(video.direction == Direction::kRecvOnly);
  CHECK(video.rtcp_mux);
  CHECK(video.rtcp_rsize);
  CHECK(video.transport.setup == "actpass");
  CHECK(video.transport.ice_ufrag.size() == 4);
  CHECK(video.transport.ice_password.size() == 24);
  CHECK(video.candidates.size() == 4);
  CHECK(video.candidates[2].transport == "tcp");
  CHECK(video.extensions[0] == HeaderExtension{1, "urn:ietf:params:rtp-hdrext:toffset"});
  const Format* h264 = video.FindFormat(108);
  REQUIRE(h264 != nullptr);
  CHECK(IsEncoding(*h264, "h264"));
  CHECK(h264->clock_rate == 90000);
  CHECK(FindParameter(*h264, "packetization-mode") == "1");
  CHECK(FindParameter(*h264, "Profile-Level-ID") == "42e01f");
  CHECK_FALSE(FindParameter(*h264, "profile"));
  CHECK(h264->feedback ==
        std::vector<std::string>{"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"});
  const Format* opus = offer.media[1].FindFormat(111);
  REQUIRE(opus != nullptr);
  CHECK(opus->channels == 2);
  CHECK(FindParameter(*opus, "useinbandfec") == "1");
}

TEST_CASE("what is read from a serialised description is equal to it") {
  for (std::string_view text : {kChromiumWhep, kChromiumSdkPlay, kChromiumWithData}) {
    const SessionDescription first = MustParse(text);
    const SessionDescription second = MustParse(Serialize(first));
    CHECK(first == second);
  }
}

TEST_CASE("an m-line of another protocol keeps its subtypes") {
  const SessionDescription offer = MustParse(kChromiumWithData);
  const auto& data = offer.media[1];
  CHECK(data.media == "application");
  CHECK(data.subtypes == "webrtc-datachannel");
  CHECK(data.formats.empty());
  CHECK(Serialize(offer).find("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n") !=
        std::string::npos);
}

TEST_CASE("lines may end in LF or CRLF, with blanks, and may be empty") {
  const SessionDescription session = MustParse(
      "v=0\n\r\no=- 1 2 IN IP4 0.0.0.0  \r\n\ns= \nm=audio 9 RTP/AVP 111 \n"
      "a=rtpmap:111  opus/48000/2 \t\r\na=mid: a1");
  CHECK(session.origin == "- 1 2 IN IP4 0.0.0.0");
  CHECK(session.name == "-");
  REQUIRE(session.media.size() == 1);
  CHECK(session.media[0].mid == "a1");
  CHECK(session.media[0].FindFormat(111)->encoding == "opus");
}

// What the SDK's stripCodecs leaves behind: an orphaned rtx in front, fmtp lines that are gone.
TEST_CASE("orphaned rtx, missing fmtp and attributes of unknown payload types do no harm") {
  const SessionDescription session = MustParse(
      "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97 102 \na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
      "a=rtpmap:102 H264/90000\r\na=rtcp-fb:96 nack\r\na=fmtp:96 x=y\r\na=rtpmap:5 \r\n");
  REQUIRE(session.media[0].formats.size() == 2);
  CHECK(session.media[0].formats[0].parameters == "apt=96");
  CHECK(session.media[0].formats[1].parameters.empty());
}

TEST_CASE("rtcp-fb of * is in every format, once") {
  const SessionDescription session = MustParse(
      "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:* nack\r\n");
  CHECK(session.media[0].formats[0].feedback == std::vector<std::string>{"nack"});
  CHECK(session.media[0].formats[1].feedback == std::vector<std::string>{"nack"});
}

TEST_CASE("a second fmtp line of a payload type adds to the first") {
  const SessionDescription session =
      MustParse("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fmtp:111 a=1\r\na=fmtp:111 b=2\r\n");
  CHECK(FindParameter(session.media[0].formats[0], "b") == "2");
}

TEST_CASE("RFC 3551 6: static payload types need no rtpmap") {
  const SessionDescription session = MustParse("v=0\r\nm=audio 9 RTP/AVP 0 8 77\r\n");
  CHECK(session.media[0].formats[0].encoding == "PCMU");
  CHECK(session.media[0].formats[1].encoding == "PCMA");
  CHECK(session.media[0].formats[2].encoding.empty());
}

TEST_CASE("RFC 8866 6.7: the direction at the session is the sections' default") {
  const SessionDescription session = MustParse(
      "v=0\r\na=recvonly\r\nm=audio 9 RTP/AVP 0\r\nm=video 9 RTP/AVP 96\r\na=sendrecv\r\n");
  CHECK(session.media[0].direction == Direction::kRecvOnly);
  CHECK(session.media[1].direction == Direction::kSendRecv);
}

TEST_CASE("transport attributes of the session stand for sections without their own") {
  const SessionDescription session = MustParse(
      "v=0\r\na=ice-ufrag:sess\r\na=ice-pwd:p\r\na=fingerprint:sha-256 AA\r\na=setup:active\r\n"
      "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:own\r\n");
  const Transport transport = session.TransportOf(session.media[0]);
  CHECK(transport.ice_ufrag == "own");
  CHECK(transport.ice_password == "p");
  CHECK(transport.fingerprints == std::vector<std::string>{"sha-256 AA"});
  CHECK(transport.setup == "active");
}

TEST_CASE("what cannot be read is refused with the line's number") {
  CHECK(Parse("").status().message() == "SDP: no v=0 line");
  CHECK(Parse("\r\no=x\r\n").status().message() == "SDP line 2: v=0 must come first");
  for (const char* line :
       {"m=audio", "m=audio x RTP/AVP 0", "m=audio 65536 RTP/AVP", "m=audio 9"}) {
    const auto session = Parse(std::string("v=0\r\n") + line);
    INFO(line);
    CHECK(session.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(session.status().message() == "SDP line 2: an m-line that cannot be read");
  }
}

TEST_CASE("size, lines, m-lines and candidates are bounded") {
  CHECK(Parse("v=0\r\n" + std::string(kMaxBytes, 'x')).status().message() ==
        "SDP: longer than 65536 bytes");
  CHECK_FALSE(Parse("v=0\n" + std::string(kMaxLines, '\n')).ok());
  CHECK(Parse("v=0\na=x:" + std::string(10'000, 'x')).status().message() ==
        "SDP line 2: longer than 4096 bytes");
  std::string many = "v=0\n";
  for (size_t i = 0; i <= kMaxMediaSections; ++i) many += "m=audio 9 RTP/AVP 0\n";
  CHECK_FALSE(Parse(many).ok());
  std::string candidates = "v=0\nm=audio 9 RTP/AVP 0\n";
  for (size_t i = 0; i < 2 * kMaxCandidates; ++i) {
    candidates += "a=candidate:1 1 udp 1 10.0.0.1 5 typ host\n";
  }
  CHECK(MustParse(candidates).media[0].candidates.size() == kMaxCandidates);
}

}  // namespace
}  // namespace sluice::sdp
