#include "tools/sluice-load/offer.h"

#include <catch2/catch.hpp>

#include "libs/sdp/session_description.h"

using namespace sluice;

namespace {

const load::OfferTransport kTransport{"ufrag", "password", "sha-256 AB"};

constexpr char kAnswer[] =
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"
    "a=setup:passive\r\na=mid:1\r\n"
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "a=rtpmap:108 H264/90000\r\na=rtcp-fb:108 nack\r\na=rtpmap:109 rtx/90000\r\n"
    "a=fmtp:109 apt=108\r\n"
    "a=candidate:1 1 udp 2130706431 127.0.0.1 31000 typ host\r\n"
    "a=candidate:2 1 tcp 2105524479 127.0.0.1 31001 typ host tcptype passive\r\n";

}  // namespace

TEST_CASE("Offers ask for what is wanted only") {
  auto both = sdp::Parse(load::PlayerOffer(kTransport, true, true));
  REQUIRE(both.ok());
  CHECK(both->media.size() == 2);
  auto video = sdp::Parse(load::PlayerOffer(kTransport, false, false));
  REQUIRE(video.ok());
  REQUIRE(video->media.size() == 1);
  CHECK(video->media[0].media == "video");
  CHECK(video->media[0].extensions.size() == 1);
  auto publisher = sdp::Parse(load::PublisherOffer(kTransport, {1, 2, 3}, true, "4d401f"));
  REQUIRE(publisher.ok());
  CHECK(publisher->media[1].direction == sdp::Direction::kSendOnly);
  CHECK(publisher->media[1].ssrc_groups[0].ssrcs == std::vector<uint32_t>{2, 3});
}

TEST_CASE("An answer tells payload types, extensions, and the candidate that is wanted") {
  auto udp = load::ReadAnswer(kAnswer);
  REQUIRE(udp.ok());
  CHECK(udp->server.port() == 31000);
  CHECK(udp->h264 == 108);
  CHECK(udp->h264_rtx == 109);
  CHECK(udp->transport_sequence_id == 3);
  CHECK(udp->payload_types[108].nack);
  auto tcp = load::ReadAnswer(kAnswer, true);
  REQUIRE(tcp.ok());
  CHECK(tcp->server.port() == 31001);
}
