#include "tools/sluice-load/webrtc_peer.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/loop/work_pool.h"
#include "libs/rtp/rtcp/compound.h"
#include "libs/stun/message.h"
#include "tools/sluice-load/tcp_receiver.h"
#include "tools/sluice-load/udp_receiver.h"

namespace sluice::load {
namespace {

constexpr Duration kTick = 100ms;  // until connected: repeats what may be lost
constexpr Duration kConsent = 5s;  // RFC 7675 §5.1
constexpr int kUfragBytes = 4;
constexpr int kPasswordBytes = 12;

}  // namespace

WebRtcPeer::WebRtcPeer(loop::EventLoop& loop, RandomSource& random, const DtlsContext& dtls,
                       Settings settings, Delegate& delegate)
    : loop_(loop),
      random_(random),
      settings_(std::move(settings)),
      delegate_(delegate),
      fingerprint_(dtls.fingerprint()),
      tick_(loop, [this] { OnTick(); }),
      dtls_(dtls),
      alive_(std::make_shared<bool>(true)) {
  ice_.local_ufrag = random.NextHex(kUfragBytes);
  ice_.local_password = random.NextHex(kPasswordBytes);
}

WebRtcPeer::~WebRtcPeer() { *alive_ = false; }

OfferTransport WebRtcPeer::offer_transport() const {
  return {ice_.local_ufrag, ice_.local_password, fingerprint_};
}

void WebRtcPeer::Start(std::string offer) {
  posted_ = loop_.now();
  auto answer = std::make_shared<absl::StatusOr<HttpAnswer>>(absl::UnknownError("not asked"));
  HttpRequest request{.method = "POST",
                      .content_type = "application/sdp",
                      .body = std::move(offer),
                      .token = settings_.token};
  loop::RunBlocking(
      loop_, [answer, request, url = settings_.url] { *answer = Exchange(url, request); },
      [this, alive = alive_, answer] {
        if (*alive) OnAnswer(*answer);
      });
}

void WebRtcPeer::Stop() {
  if (!session_.has_value()) return;
  HttpRequest request{.method = "DELETE", .token = settings_.token};
  Exchange(*session_, request).status().IgnoreError();
}

void WebRtcPeer::Leave() {
  tick_.Stop();
  watcher_.reset();
  if (!session_.has_value()) return;
  HttpRequest request{.method = "DELETE", .token = settings_.token};
  loop::RunBlocking(
      loop_, [request, url = *session_] { Exchange(url, request).status().IgnoreError(); }, [] {});
}

void WebRtcPeer::SendRtcp(ByteView compound) {
  if (rtcp_protector_ == nullptr || compound.empty()) return;
  last_rtcp_.resize(compound.size() + srtp::kMaxRtcpOverhead);
  last_rtcp_.resize(rtcp_protector_->Protect(compound, last_rtcp_));
  socket_->Send(last_rtcp_);
}

void WebRtcPeer::OnAnswer(const absl::StatusOr<HttpAnswer>& answer) {
  absl::Status status = answer.status();
  if (answer.ok() && answer->status != 201)
    status = absl::UnknownError(StrCat("HTTP ", answer->status, ": ", answer->body));
  if (status.ok()) status = Connect(*answer);
  if (!status.ok()) failure_ = std::string(status.message());
}

absl::Status WebRtcPeer::Connect(const HttpAnswer& answer) {
  if (!answer.location.empty()) {
    SLUICE_ASSIGN_OR_RETURN(session_, ResolveLocation(settings_.url, answer.location));
  }
  SLUICE_ASSIGN_OR_RETURN(answer_, ReadAnswer(answer.body, settings_.tcp));
  ice_.remote_ufrag = answer_.remote_ufrag;
  ice_.remote_password = answer_.remote_password;
  SLUICE_RETURN_IF_ERROR(OpenSocket());
  watcher_ = std::make_unique<loop::FdWatcher>(loop_, socket_->fd(),
                                               [this](loop::FdWatcher::Ready) { OnReadable(); });
  watcher_->Watch(true, false);
  tick_.Start(kTick, kTick);
  socket_->Send(MakeCheck(ice_, random_));
  return absl::OkStatus();
}

absl::Status WebRtcPeer::OpenSocket() {
  std::optional<net::SocketAddress> local;
  if (!settings_.local.empty()) {
    SLUICE_ASSIGN_OR_RETURN(local, net::SocketAddress::Parse(settings_.local, 0));
  }
  if (settings_.tcp) {
    SLUICE_ASSIGN_OR_RETURN(socket_, TcpReceiver::Connect(answer_.server, local));
    return absl::OkStatus();
  }
  SLUICE_ASSIGN_OR_RETURN(
      socket_, UdpReceiver::Connect(answer_.server, {.bursts = settings_.bursts,
                                                     .time_stamps = settings_.time_stamps,
                                                     .local = local}));
  return absl::OkStatus();
}

void WebRtcPeer::OnReadable() {
  const bool open = socket_->Receive(
      [this](std::span<uint8_t> datagram, Instant received) { OnDatagram(datagram, received); });
  if (!open) {
    ended_by_server_ = true;
    if (settings_.tcp) watcher_->Watch(false, false);  // readable for ever
  }
  delegate_.OnRead();
}

void WebRtcPeer::OnDatagram(std::span<uint8_t> datagram, Instant received) {
  uint8_t first = datagram[0];
  if (first >= 20 && first <= 63) return OnDtls(datagram);  // RFC 7983 §7
  if (first < 128 || first > 191) return OnStun(datagram);
  if (rtp::rtcp::IsRtcp(datagram)) return OnRtcp(datagram);
  delegate_.OnRtp(datagram, received);
}

void WebRtcPeer::OnStun(ByteView datagram) {
  auto message = stun::ParseMessage(datagram);
  if (!message.has_value()) return;
  if (message->message_class == stun::Class::kRequest)
    return socket_->Send(AnswerCheck(ice_, *message, answer_.server));
  if (message->message_class != stun::Class::kSuccess || std::exchange(checked_, true)) return;
  SendAll(dtls_.Start(answer_.dtls_active));
}

void WebRtcPeer::OnDtls(ByteView datagram) {
  bool was_connected = dtls_.connected();
  SendAll(dtls_.OnDatagram(datagram));
  if (was_connected || !dtls_.connected()) return;
  tick_.Start(kConsent, kConsent);
  if (absl::Status status = MakeRtcpCiphers(); !status.ok()) {
    failure_ = std::string(status.message());
    return;
  }
  delegate_.OnConnected();
}

absl::Status WebRtcPeer::MakeRtcpCiphers() {
  SLUICE_ASSIGN_OR_RETURN(auto ours, dtls_.LocalMaster());
  SLUICE_ASSIGN_OR_RETURN(auto theirs, dtls_.RemoteMaster());
  SLUICE_ASSIGN_OR_RETURN(auto send, srtp::DeriveSessionKeys(ours));
  SLUICE_ASSIGN_OR_RETURN(auto receive, srtp::DeriveSessionKeys(theirs));
  SLUICE_ASSIGN_OR_RETURN(rtcp_protector_, srtp::SrtcpProtector::Make(send));
  SLUICE_ASSIGN_OR_RETURN(rtcp_unprotector_, srtp::SrtcpUnprotector::Make(receive));
  return absl::OkStatus();
}

void WebRtcPeer::OnRtcp(std::span<uint8_t> datagram) {
  if (rtcp_unprotector_ == nullptr) return;
  if (auto compound = rtcp_unprotector_->Unprotect(datagram)) delegate_.OnRtcp(*compound);
}

void WebRtcPeer::OnTick() {
  socket_->Send(MakeCheck(ice_, random_));
  if (checked_) SendAll(dtls_.OnTick());
}

void WebRtcPeer::SendAll(const std::vector<Bytes>& datagrams) {
  for (const Bytes& datagram : datagrams) socket_->Send(datagram);
}

}  // namespace sluice::load
