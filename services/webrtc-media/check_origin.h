// Where a STUN check came from: it is answered there, and media may go there.
#pragma once

#include "services/webrtc-media/peer_transport.h"
#include "services/webrtc-media/tcp_port.h"
#include "services/webrtc-media/udp_port.h"

namespace sluice::webrtc_media {

// Made per check.
class CheckOrigin {
 public:
  virtual ~CheckOrigin() = default;
  virtual const stun::Tuple& tuple() const = 0;
  virtual void Answer(ByteView datagram) = 0;
  // The check was valid. path: `transport` shall send there from now on.
  virtual void OnValid(PeerTransport& transport, bool path) = 0;
};

class UdpOrigin final : public CheckOrigin {
 public:
  UdpOrigin(UdpPort& port, const net::UdpDatagram& datagram, const stun::Tuple& tuple)
      : port_(port), datagram_(datagram), tuple_(tuple) {}

  const stun::Tuple& tuple() const override { return tuple_; }
  void Answer(ByteView answer) override { port_.SendNow(datagram_.from, datagram_.to, answer); }
  void OnValid(PeerTransport& transport, bool path) override {
    if (path) transport.UsePath(tuple_, datagram_.from, datagram_.to, port_.batch());
  }

 private:
  UdpPort& port_;
  const net::UdpDatagram& datagram_;
  const stun::Tuple& tuple_;
};

class TcpOrigin final : public CheckOrigin {
 public:
  TcpOrigin(TcpPort& port, TcpConnection& connection) : port_(port), connection_(connection) {}

  const stun::Tuple& tuple() const override { return connection_.tuple(); }
  void Answer(ByteView answer) override { port_.Send(connection_, answer); }
  void OnValid(PeerTransport& transport, bool path) override {
    port_.OnChecked(connection_);
    if (path) transport.UsePath(connection_.tuple(), connection_.frames(), port_.batch());
  }

 private:
  TcpPort& port_;
  TcpConnection& connection_;
};

}  // namespace sluice::webrtc_media
