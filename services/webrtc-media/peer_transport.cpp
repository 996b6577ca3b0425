#include "services/webrtc-media/peer_transport.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"

namespace sluice::webrtc_media {
namespace {

stun::IceLiteResponder::Settings IceSettings(const TransportSettings& settings, Duration timeout) {
  return {.credentials = {.local_ufrag = settings.local_ufrag,
                          .local_password = settings.local_password,
                          .remote_ufrag = settings.remote_ufrag},
          .initial_timeout = timeout,
          .consent_timeout = timeout};
}

}  // namespace

PeerTransport::Peer::Peer(TransportSettings agreed, Duration ice_timeout, Instant now)
    : settings(std::move(agreed)), ice(IceSettings(settings, ice_timeout), now) {}

PeerTransport::PeerTransport(Environment& environment, TransportSettings settings, Media media,
                             Instant now)
    : environment_(environment),
      peer_(std::make_unique<Peer>(std::move(settings), environment.ice_timeout, now)),
      media_(media) {}

stun::IceLiteResponder::Result PeerTransport::OnCheck(ByteView datagram, const stun::Tuple& tuple,
                                                      Instant now) {
  return peer_->ice.OnDatagram(datagram, tuple, now);
}

void PeerTransport::UsePath(const stun::Tuple& tuple, const net::SocketAddress& to,
                            const net::SocketAddress& from, net::SendBatch& batch) {
  path_.UseUdp(to, from, batch);
  peer_->path_tuple = tuple;
}

void PeerTransport::UsePath(const stun::Tuple& tuple, net::FramePath& connection,
                            net::FrameBatch& batch) {
  path_.UseTcp(connection, batch);
  peer_->path_tuple = tuple;
}

void PeerTransport::LoseTuple(const stun::Tuple& tuple) {
  peer_->ice.RemoveTuple(tuple);
  if (path_.valid() && peer_->path_tuple == tuple) path_.Lose();
}

bool PeerTransport::OnDtls(ByteView datagram, Instant now) {
  if (ended_ || !path_.valid()) return false;
  if (peer_->dtls == nullptr) {
    auto made = dtls::ServerConnection::Make(environment_.dtls, peer_->settings.fingerprint, now);
    if (!made.ok()) {
      End(EndReason::kDtlsError, made.status().ToString(), now);
      return false;
    }
    peer_->dtls = *std::move(made);
  }
  peer_->dtls->OnDatagram(datagram, now);
  return AfterDtls(now);
}

bool PeerTransport::AfterDtls(Instant now) {
  using State = dtls::ServerConnection::State;
  SendDtls(now);
  switch (peer_->dtls->state()) {
    case State::kHandshaking:
      break;
    case State::kConnected:
      return !has_keys_ && MakeKeys(now);
    case State::kClosed:
      End(EndReason::kClosed, "the peer closed DTLS", now);
      break;
    case State::kFailed:
      End(EndReason::kDtlsError, peer_->dtls->failure(), now);
      break;
    case State::kFingerprintMismatch:
      End(EndReason::kFingerprintMismatch, "the certificate is not the offer's", now);
      break;
  }
  return false;
}

bool PeerTransport::MakeKeys(Instant now) {
  const absl::Status made = MakeCiphers();
  has_keys_ = made.ok();
  if (!has_keys_) End(EndReason::kDtlsError, made.ToString(), now);
  return has_keys_;
}

absl::Status PeerTransport::MakeCiphers() {
  const dtls::SrtpKeys& keys = peer_->dtls->srtp_keys();
  SLUICE_ASSIGN_OR_RETURN(const auto send, srtp::DeriveSessionKeys(keys.send));
  SLUICE_ASSIGN_OR_RETURN(const auto receive, srtp::DeriveSessionKeys(keys.receive));
  if (media_ == Media::kOurs) {
    SLUICE_ASSIGN_OR_RETURN(protector_, environment_.engine.MakeProtector(send));
  } else {
    SLUICE_ASSIGN_OR_RETURN(unprotector_,
                            srtp::SrtpUnprotector::Make(environment_.engine, receive));
  }
  SLUICE_ASSIGN_OR_RETURN(peer_->rtcp_protector, srtp::SrtcpProtector::Make(send));
  SLUICE_ASSIGN_OR_RETURN(peer_->rtcp_unprotector, srtp::SrtcpUnprotector::Make(receive));
  return absl::OkStatus();
}

bool PeerTransport::OnTick(Instant now) {
  if (ended_) return false;
  if (peer_->ice.TimedOut(now)) {
    const bool never = tuples().empty();
    End(EndReason::kIceTimeout, never ? "no valid check came" : "its checks have stopped", now);
    return false;
  }
  dtls::ServerConnection* dtls = peer_->dtls.get();
  if (dtls == nullptr || !dtls->next_timeout() || *dtls->next_timeout() > now) return false;
  dtls->OnTimeout(now);
  return AfterDtls(now);
}

std::optional<std::span<uint8_t>> PeerTransport::OpenRtp(std::span<uint8_t> datagram) {
  const auto packet = unprotector_->Unprotect(datagram);
  if (!packet) environment_.counters.bad_rtp.Add(1);
  return packet;
}

std::optional<ByteView> PeerTransport::OpenRtcp(std::span<uint8_t> datagram) {
  const auto compound = peer_->rtcp_unprotector->Unprotect(datagram);
  if (!compound) environment_.counters.bad_rtcp.Add(1);
  return compound;
}

void PeerTransport::SendRtcp(Bytes compound, Instant now) {
  const size_t size = compound.size();
  compound.resize(size + srtp::kMaxRtcpOverhead);
  compound.resize(peer_->rtcp_protector->Protect(ByteView(compound).first(size), compound));
  SendDatagram(compound, now);
}

void PeerTransport::SendDtls(Instant now) {
  if (!path_.valid()) return;
  for (const Bytes& datagram : peer_->dtls->TakeDatagrams()) SendDatagram(datagram, now);
}

// Lost if the socket is full: handshakes and reports are repeated anyway.
void PeerTransport::SendDatagram(ByteView datagram, Instant now) {
  if (datagram.empty()) return;
  const std::span<uint8_t> place = path_.Place(datagram.size(), false, now, environment_.engine);
  if (!place.empty()) std::copy(datagram.begin(), datagram.end(), place.begin());
}

void PeerTransport::End(EndReason reason, std::string detail, Instant now) {
  if (ended_) return;
  ended_ = true;
  peer_->end_reason = reason;
  peer_->end_detail = std::move(detail);
  if (peer_->dtls == nullptr || !path_.valid()) return;
  peer_->dtls->Close();
  SendDtls(now);
}

}  // namespace sluice::webrtc_media
