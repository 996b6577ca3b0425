#include "tools/sluice-load/offer.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/session_description.h"

namespace sluice::load {
namespace {

constexpr char kTransportSequence[] =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
constexpr char kMid[] = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr int kTransportSequenceId = 3;
constexpr int kMidId = 4;

std::string Head(bool audio) {
  return StrCat("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE",
                audio ? " 0 1" : " 1", "\r\na=msid-semantic: WMS\r\n");
}

std::string Transport(const OfferTransport& transport, const char* direction) {
  return StrCat("c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:", transport.ufrag,
                "\r\na=ice-pwd:", transport.password, "\r\na=fingerprint:", transport.fingerprint,
                "\r\na=setup:actpass\r\na=", direction, "\r\na=rtcp-mux\r\na=rtcp-rsize\r\n");
}

std::string Extension(int id, const char* uri) { return StrCat("a=extmap:", id, " ", uri, "\r\n"); }

std::string Opus(bool feedback) {
  return StrCat("a=rtpmap:111 opus/48000/2\r\n", feedback ? "a=rtcp-fb:111 transport-cc\r\n" : "",
                "a=fmtp:111 minptime=10;useinbandfec=1\r\n");
}

std::string H264(int payload_type, std::string_view profile_level_id, bool feedback) {
  int rtx = payload_type + 1;
  const std::string begin = StrCat("a=rtcp-fb:", payload_type);
  return StrCat(
      "a=rtpmap:", payload_type, " H264/90000\r\n",
      feedback ? StrCat(begin, " transport-cc\r\n") : "", begin, " nack\r\n", begin,
      " nack pli\r\n", begin, " ccm fir\r\na=fmtp:", payload_type,
      " level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=", profile_level_id,
      "\r\na=rtpmap:", rtx, " rtx/90000\r\na=fmtp:", rtx, " apt=", payload_type, "\r\n");
}

bool IsWanted(const sdp::Candidate& candidate, bool tcp) {
  if (!tcp) return candidate.transport == "udp";
  return candidate.transport == "tcp" &&
         candidate.extensions.find("tcptype passive") != std::string::npos;
}

absl::StatusOr<net::SocketAddress> FindCandidate(const sdp::SessionDescription& answer, bool tcp) {
  std::optional<net::SocketAddress> v6;
  for (const sdp::MediaSection& section : answer.media) {
    for (const sdp::Candidate& candidate : section.candidates) {
      auto address = net::SocketAddress::Parse(candidate.address, candidate.port);
      if (!IsWanted(candidate, tcp) || !address.ok()) continue;
      if (address->family() == AF_INET) return address;
      if (!v6.has_value()) v6 = *address;
    }
  }
  if (v6.has_value()) return *v6;
  return absl::FailedPreconditionError(
      StrCat("the answer has no ", tcp ? "passive TCP" : "UDP", " candidate"));
}

AnswerFacts::Carries CarriedBy(const sdp::Format& format) {
  if (sdp::IsEncoding(format, "rtx")) return AnswerFacts::Carries::kRepair;
  return sdp::IsEncoding(format, "H264") ? AnswerFacts::Carries::kH264
                                         : AnswerFacts::Carries::kMedia;
}

void Note(const sdp::Format& format, AnswerFacts& facts) {
  const auto& feedback = format.feedback;
  facts.payload_types[format.payload_type & 0x7f] = {
      .carries = CarriedBy(format),
      .clock_rate = format.clock_rate,
      .nack = std::find(feedback.begin(), feedback.end(), "nack") != feedback.end()};
  if (facts.opus == 0 && sdp::IsEncoding(format, "opus")) facts.opus = format.payload_type;
  if (facts.h264 == 0 && sdp::IsEncoding(format, "H264")) facts.h264 = format.payload_type;
  const auto repaired = sdp::FindParameter(format, "apt");
  if (facts.h264 != 0 && sdp::IsEncoding(format, "rtx") && repaired &&
      *repaired == std::to_string(facts.h264)) {
    facts.h264_rtx = format.payload_type;
  }
}

void Note(const sdp::HeaderExtension& extension, AnswerFacts& facts) {
  if (extension.id < 1 || extension.id > 14) return;
  if (extension.uri == kTransportSequence)
    facts.transport_sequence_id = static_cast<uint8_t>(extension.id);
  if (extension.uri == kMid) facts.mid_id = static_cast<uint8_t>(extension.id);
}

}  // namespace

std::string PlayerOffer(const OfferTransport& transport, bool audio, bool feedback) {
  const std::string common =
      StrCat(Transport(transport, "recvonly"),
             feedback ? Extension(kTransportSequenceId, kTransportSequence) : "");
  return StrCat(
      Head(audio),
      audio ? StrCat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", common, "a=mid:0\r\n", Opus(feedback))
            : "",
      "m=video 9 UDP/TLS/RTP/SAVPF 108 109 102 103 112 113\r\n", common, "a=mid:1\r\n",
      Extension(5, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"),
      H264(108, "42e01f", feedback), H264(102, "42001f", feedback), H264(112, "64001f", feedback));
}

std::string PublisherOffer(const OfferTransport& transport, const PublisherSsrcs& ssrcs, bool audio,
                           const std::string& profile_level_id) {
  const std::string common =
      StrCat(Transport(transport, "sendonly"), Extension(kTransportSequenceId, kTransportSequence),
             Extension(kMidId, kMid));
  const auto source = [](uint32_t ssrc) {
    return StrCat("a=ssrc:", ssrc, " cname:load\r\na=ssrc:", ssrc, " msid:load load\r\n");
  };
  return StrCat(Head(audio),
                audio ? StrCat("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", common,
                               "a=mid:0\r\na=msid:load audio\r\n", Opus(true), source(ssrcs.audio))
                      : "",
                "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n", common,
                "a=mid:1\r\na=msid:load video\r\n", H264(108, profile_level_id, true),
                "a=ssrc-group:FID ", ssrcs.video, " ", ssrcs.video_rtx, "\r\n", source(ssrcs.video),
                source(ssrcs.video_rtx));
}

absl::StatusOr<AnswerFacts> ReadAnswer(std::string_view text, bool tcp) {
  SLUICE_ASSIGN_OR_RETURN(sdp::SessionDescription answer, sdp::Parse(text));
  if (answer.media.empty()) return absl::InvalidArgumentError("the answer has no m-line");
  sdp::Transport transport = answer.TransportOf(answer.media.front());
  AnswerFacts facts{.remote_ufrag = transport.ice_ufrag,
                    .remote_password = transport.ice_password,
                    .dtls_active = transport.setup != "active"};
  if (facts.remote_ufrag.empty() || facts.remote_password.empty())
    return absl::FailedPreconditionError("the answer has no ICE credentials");
  SLUICE_ASSIGN_OR_RETURN(facts.server, FindCandidate(answer, tcp));
  for (const sdp::MediaSection& section : answer.media) {
    for (const sdp::Format& format : section.formats) Note(format, facts);
    for (const sdp::HeaderExtension& extension : section.extensions) Note(extension, facts);
  }
  return facts;
}

}  // namespace sluice::load
