// What players and publishers have in common: POST, ICE check, DTLS, consent, RTCP.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libs/base/random.h"
#include "libs/loop/fd_watcher.h"
#include "libs/loop/timer.h"
#include "libs/srtp/srtcp.h"
#include "tools/sluice-load/dtls_endpoint.h"
#include "tools/sluice-load/http_exchange.h"
#include "tools/sluice-load/ice_check.h"
#include "tools/sluice-load/media_socket.h"
#include "tools/sluice-load/offer.h"

namespace sluice::load {

// One loop.
class WebRtcPeer {
 public:
  struct Settings {
    HttpUrl url;
    std::string token;
    std::string local;  // address to bind to; empty: any
    bool tcp = false;
    bool bursts = true;        // see UdpReceiver
    bool time_stamps = false;  // see UdpReceiver
  };
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // DTLS is done: keys are there.
    virtual void OnConnected() = 0;
    // received: see MediaSocket::Take.
    virtual void OnRtp(std::span<uint8_t> packet, Instant received) = 0;
    virtual void OnRtcp(ByteView compound) = 0;
    // What was there to be read has been read.
    virtual void OnRead() = 0;
  };

  // All outlive the peer. Loop thread only.
  WebRtcPeer(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
             Settings settings, Delegate& delegate);
  ~WebRtcPeer();

  // For the offer.
  OfferTransport offer_transport() const;
  void Start(std::string offer);
  // DELETEs the session, blocking.
  void Stop();
  // The same on the pool; the peer may go meanwhile. Nothing is received any more.
  void Leave();

  void Send(ByteView datagram) { socket_->Send(datagram); }
  // Protects it and sends it.
  void SendRtcp(ByteView compound);
  // Sends what SendRtcp() sent last once more, as it was.
  void RepeatRtcp() {
    if (!last_rtcp_.empty()) socket_->Send(last_rtcp_);
  }

  const AnswerFacts& answer() const { return answer_; }
  const DtlsEndpoint& dtls() const { return dtls_; }
  bool connected() const { return dtls_.connected(); }
  bool ended_by_server() const { return ended_by_server_ || dtls_.closed(); }
  const std::string& failure() const { return failure_; }  // empty = none
  uint32_t dropped() const { return socket_ != nullptr ? socket_->dropped() : 0; }
  Instant posted() const { return posted_; }

 private:
  void OnAnswer(const absl::StatusOr<HttpAnswer>& answer);
  absl::Status Connect(const HttpAnswer& answer);
  absl::Status OpenSocket();
  void OnReadable();
  void OnDatagram(std::span<uint8_t> datagram, Instant received);
  void OnStun(ByteView datagram);
  void OnDtls(ByteView datagram);
  void OnRtcp(std::span<uint8_t> datagram);
  absl::Status MakeRtcpCiphers();
  void OnTick();
  void SendAll(const std::vector<Bytes>& datagrams);

  loop::EventLoop& loop_;
  RandomSource& random_;
  Settings settings_;
  Delegate& delegate_;
  std::string fingerprint_;
  IceCredentials ice_;
  AnswerFacts answer_;
  std::optional<HttpUrl> session_;  // what DELETE goes to
  std::unique_ptr<MediaSocket> socket_;
  std::unique_ptr<loop::FdWatcher> watcher_;
  loop::Timer tick_;
  DtlsEndpoint dtls_;
  std::unique_ptr<srtp::SrtcpProtector> rtcp_protector_;
  std::unique_ptr<srtp::SrtcpUnprotector> rtcp_unprotector_;
  Bytes last_rtcp_;  // as sent
  bool checked_ = false;
  bool ended_by_server_ = false;
  Instant posted_{};
  std::string failure_;
  std::shared_ptr<bool> alive_;
};

}  // namespace sluice::load
