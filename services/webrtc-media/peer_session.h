// One peer of a worker, whichever way its media goes.
#pragma once

#include "libs/rtp/rtcp/compound.h"
#include "services/webrtc-media/peer_transport.h"

namespace sluice::webrtc_media {

// What WorkerSessions finds by ufrag and tuple and hands datagrams to. One thread. It never deletes
// itself: ended() tells.
class PeerSession {
 public:
  PeerSession(PeerTransport::Environment& environment, TransportSettings settings,
              PeerTransport::Media media, Instant now)
      : transport_(environment, std::move(settings), media, now) {}
  virtual ~PeerSession() = default;

  PeerTransport& transport() { return transport_; }
  const PeerTransport& transport() const { return transport_; }
  const std::string& id() const { return transport_.settings().session_id; }

  // Datagrams from a tuple of ours (RFC 7983), changed in place. Packet path but for DTLS.
  void OnDtls(ByteView datagram, Instant now) {
    if (transport_.OnDtls(datagram, now)) OnConnected(now);
  }
  virtual void OnRtp(std::span<uint8_t> datagram, Instant now) = 0;
  void OnRtcp(std::span<uint8_t> datagram, Instant now);
  // About each 100 ms.
  void OnTick(Instant now) {
    if (transport_.OnTick(now) && transport_.ready()) OnConnected(now);
    if (transport_.ready()) OnReadyTick(now);
  }
  // Has more to send than it could (pacing, or a full socket): OnPace() soon.
  virtual bool behind() const { return false; }
  virtual void OnPace(Instant) {}

  // Says goodbye and ends. Idempotent: the first reason stands.
  void End(EndReason reason, std::string detail, Instant now) {
    transport_.End(reason, std::move(detail), now);
  }
  bool ended() const { return transport_.ended(); }

  // WorkerSessions' own notes: on which of its lists this session stands.
  struct Listed {
    bool behind = false;
    bool ended = false;
  };
  Listed listed;

 protected:
  // transport().ready() in all of them.
  virtual void OnConnected(Instant now) = 0;
  virtual void OnReadyTick(Instant now) = 0;
  virtual void OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) = 0;

  PeerTransport transport_;
};

}  // namespace sluice::webrtc_media
