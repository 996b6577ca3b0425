#include "services/webrtc-media/peer_session.h"

namespace sluice::webrtc_media {

void PeerSession::OnRtcp(std::span<uint8_t> datagram, Instant now) {
  if (!transport_.ready()) return;
  const auto compound = transport_.OpenRtcp(datagram);
  if (!compound) return;
  rtp::rtcp::CompoundReader reader(*compound);
  while (const auto packet = reader.Next()) {
    OnRtcpPacket(*packet, now);
    if (ended()) return;
  }
  if (!reader.ok()) transport_.environment().counters.bad_rtcp.Add(1);
}

}  // namespace sluice::webrtc_media
