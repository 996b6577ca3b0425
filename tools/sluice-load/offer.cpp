#include "tools/sluice-load/offer.h"

#include "libs/base/text.h"

namespace sluice::load {
namespace {

std::string Transport(const std::string& ufrag, const std::string& password,
                      const std::string& fingerprint) {
  return StrCat("c=IN IP4 0.0.0.0\r\na=ice-ufrag:", ufrag, "\r\na=ice-pwd:", password,
                "\r\na=fingerprint:", fingerprint,
                "\r\na=setup:actpass\r\na=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\n");
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
      "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n", transport,
      "a=mid:1\r\na=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n",
      "a=rtpmap:108 H264/90000\r\na=rtcp-fb:108 nack\r\na=rtcp-fb:108 nack pli\r\n",
      "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n",
      "a=rtpmap:109 rtx/90000\r\na=fmtp:109 apt=108\r\n");
}

}  // namespace sluice::load
