#include "tools/whep-players/offer.h"

#include <regex>

namespace sluice::whep_players {
namespace {

std::string MediaHead(const std::string& kind, const std::string& payload_types,
                      const std::string& mid, const LocalDescription& local) {
  return "m=" + kind + " 9 UDP/TLS/RTP/SAVPF " + payload_types +
         "\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:" + local.ufrag +
         "\r\na=ice-pwd:" + local.password + "\r\na=fingerprint:sha-256 " + local.fingerprint +
         "\r\na=setup:actpass\r\na=mid:" + mid + "\r\na=recvonly\r\na=rtcp-mux\r\n";
}

std::optional<std::string> Attribute(const std::string& sdp, const std::string& name) {
  std::smatch match;
  if (!std::regex_search(sdp, match, std::regex("a=" + name + ":([^\r\n]+)"))) return std::nullopt;
  return match[1].str();
}

}  // namespace

std::string MakeOffer(const LocalDescription& local) {
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n" +
         MediaHead("audio", "111", "0", local) +
         "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n" +
         MediaHead("video", "102 103", "1", local) +
         "a=rtpmap:102 H264/90000\r\n"
         "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
         "a=rtcp-fb:102 nack\r\na=rtcp-fb:102 nack pli\r\n"
         "a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n";
}

std::optional<RemoteDescription> ReadAnswer(const std::string& sdp) {
  static const std::regex kCandidate(
      "a=candidate:\\S+ 1 [uU][dD][pP] [0-9]+ ([0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+) ([0-9]+) typ");
  const std::optional<std::string> ufrag = Attribute(sdp, "ice-ufrag");
  const std::optional<std::string> password = Attribute(sdp, "ice-pwd");
  std::smatch match;
  if (!ufrag || !password || !std::regex_search(sdp, match, kCandidate)) return std::nullopt;
  return RemoteDescription{*ufrag, *password, match[1],
                           static_cast<uint16_t>(std::atoi(match[2].str().c_str()))};
}

}  // namespace sluice::whep_players
