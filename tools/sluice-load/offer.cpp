#include "tools/sluice-load/offer.h"

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/session_description.h"

namespace sluice::load {
namespace {

std::string Transport(const std::string& ufrag, const std::string& password,
                      const std::string& fingerprint) {
  return StrCat("c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:", ufrag,
                "\r\na=ice-pwd:", password, "\r\na=fingerprint:", fingerprint,
                "\r\na=setup:actpass\r\na=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\n");
}

std::string H264(int payload_type, std::string_view profile_level_id) {
  int rtx = payload_type + 1;
  return StrCat(
      "a=rtpmap:", payload_type, " H264/90000\r\na=rtcp-fb:", payload_type,
      " nack\r\na=rtcp-fb:", payload_type, " nack pli\r\na=rtcp-fb:", payload_type,
      " ccm fir\r\na=fmtp:", payload_type,
      " level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=", profile_level_id,
      "\r\na=rtpmap:", rtx, " rtx/90000\r\na=fmtp:", rtx, " apt=", payload_type, "\r\n");
}

absl::StatusOr<net::SocketAddress> UdpCandidate(const sdp::SessionDescription& answer) {
  std::optional<net::SocketAddress> v6;
  for (const sdp::MediaSection& section : answer.media) {
    for (const sdp::Candidate& candidate : section.candidates) {
      auto address = net::SocketAddress::Parse(candidate.address, candidate.port);
      if (candidate.transport != "udp" || !address.ok()) continue;
      if (address->family() == AF_INET) return address;
      if (!v6.has_value()) v6 = *address;
    }
  }
  if (v6.has_value()) return *v6;
  return absl::FailedPreconditionError("the answer has no UDP candidate");
}

AnswerFacts::Carries CarriedBy(const sdp::Format& format) {
  if (sdp::IsEncoding(format, "rtx")) return AnswerFacts::Carries::kRepair;
  return sdp::IsEncoding(format, "H264") ? AnswerFacts::Carries::kH264
                                         : AnswerFacts::Carries::kMedia;
}

}  // namespace

std::string PlayerOffer(const std::string& ufrag, const std::string& password,
                        const std::string& fingerprint) {
  std::string transport = Transport(ufrag, password, fingerprint);
  return StrCat(
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=msid-semantic: "
      "WMS\r\n",
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", transport,
      "a=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n",
      "m=video 9 UDP/TLS/RTP/SAVPF 108 109 102 103 112 113\r\n", transport,
      "a=mid:1\r\na=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n",
      H264(108, "42e01f"), H264(102, "42001f"), H264(112, "64001f"));
}

absl::StatusOr<AnswerFacts> ReadAnswer(std::string_view text) {
  SLUICE_ASSIGN_OR_RETURN(sdp::SessionDescription answer, sdp::Parse(text));
  if (answer.media.empty()) return absl::InvalidArgumentError("the answer has no m-line");
  sdp::Transport transport = answer.TransportOf(answer.media.front());
  AnswerFacts facts{.remote_ufrag = transport.ice_ufrag,
                    .remote_password = transport.ice_password,
                    .dtls_active = transport.setup != "active"};
  if (facts.remote_ufrag.empty() || facts.remote_password.empty())
    return absl::FailedPreconditionError("the answer has no ICE credentials");
  SLUICE_ASSIGN_OR_RETURN(facts.server, UdpCandidate(answer));
  for (const sdp::MediaSection& section : answer.media) {
    for (const sdp::Format& format : section.formats)
      facts.carries[format.payload_type & 0x7f] = CarriedBy(format);
  }
  return facts;
}

}  // namespace sluice::load
