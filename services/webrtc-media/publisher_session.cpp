#include "services/webrtc-media/publisher_session.h"

#include <utility>

namespace sluice::webrtc_media {

PublisherSession::PublisherSession(PeerTransport::Environment& environment, Listener& listener,
                                   PublisherSettings settings, PublisherNumber number, Instant now)
    : PeerSession(environment, settings.transport, PeerTransport::Media::kPeers, now),
      listener_(listener),
      settings_(std::move(settings)),
      number_(number) {}

void PublisherSession::OnConnected(Instant) {}

void PublisherSession::OnRtp(std::span<uint8_t> datagram, Instant now) {
  if (!transport_.ready()) return;
  if (!transport_.OpenRtp(datagram)) return;
  last_media_ = now;
  if (!std::exchange(started_, true)) listener_.OnStarted(*this);
  if (std::exchange(silent_, false)) listener_.OnSilent(*this, false);
}

void PublisherSession::OnFeedback(Instant now) {
  if (!started_ || silent_ || now - last_media_ < settings_.silence) return;
  silent_ = true;
  listener_.OnSilent(*this, true);
}

void PublisherSession::RequestKeyFrame(uint16_t, Instant) {}
void PublisherSession::SetWanted(uint32_t, uint64_t, Instant) {}
void PublisherSession::DropPending(Instant) { pending_.clear(); }
void PublisherSession::OnReadyTick(Instant) {}

void PublisherSession::OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) {
  if (packet.type == rtp::rtcp::PacketType::kGoodbye) {
    End(EndReason::kClosed, "the publisher said goodbye", now);
  }
}

}  // namespace sluice::webrtc_media
