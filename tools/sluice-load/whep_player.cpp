#include "tools/sluice-load/whep_player.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/loop/work_pool.h"
#include "libs/rtp/packet.h"
#include "libs/rtp/rtcp/compound.h"
#include "libs/sdp/session_description.h"
#include "libs/stun/message.h"
#include "libs/stun/message_builder.h"
#include "tools/sluice-load/offer.h"

namespace sluice::load {
namespace {

constexpr Duration kTick = 100ms;
constexpr int kConsentTicks = 50;  // 5 s, RFC 7675
constexpr size_t kMaxSources = 16;
constexpr int kReadsPerTurn = 64;
constexpr int kReceiveBuffer = 1 << 20;

absl::StatusOr<net::SocketAddress> UdpCandidate(const sdp::SessionDescription& answer) {
  for (const sdp::MediaSection& section : answer.media) {
    for (const sdp::Candidate& candidate : section.candidates) {
      auto address = net::SocketAddress::Parse(candidate.address, candidate.port);
      if (candidate.transport == "udp" && address.ok() && address->family() == AF_INET)
        return address;
    }
  }
  return absl::FailedPreconditionError("the answer has no IPv4 UDP candidate");
}

// What one call gave: datagrams of equal size, the last may be shorter.
struct Received {
  ByteView bytes;
  size_t datagram_size = 0;
};

// Takes bursts whole (UDP_GRO), as a network card that cuts them would let the server send them.
Received Receive(int fd, std::span<uint8_t> buffer) {
  iovec vector{buffer.data(), buffer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  ssize_t got = recvmsg(fd, &message, 0);
  if (got <= 0) return {};
  Received received{buffer.first(static_cast<size_t>(got)), static_cast<size_t>(got)};
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO) {
    int size = 0;
    std::memcpy(&size, CMSG_DATA(header), sizeof(size));
    if (size > 0) received.datagram_size = static_cast<size_t>(size);
  }
  return received;
}

}  // namespace

WhepPlayer::WhepPlayer(loop::EventLoop& loop, RandomSource& random, const DtlsClientContext& dtls,
                       HttpUrl url)
    : loop_(loop),
      random_(random),
      url_(std::move(url)),
      fingerprint_(dtls.fingerprint()),
      ufrag_(random.NextHex(4)),
      password_(random.NextHex(12)),
      tick_(loop, [this] { OnTick(); }),
      dtls_(dtls),
      alive_(std::make_shared<bool>(true)) {}

WhepPlayer::~WhepPlayer() { *alive_ = false; }

void WhepPlayer::Start() {
  posted_ = loop_.now();
  auto answer = std::make_shared<absl::StatusOr<HttpAnswer>>(absl::UnknownError("not asked"));
  std::string offer = PlayerOffer(ufrag_, password_, fingerprint_);
  loop::RunBlocking(
      loop_,
      [answer, offer, url = url_] { *answer = Exchange(url, "POST", "application/sdp", offer); },
      [this, alive = alive_, answer] {
        if (*alive) OnAnswer(*answer);
      });
}

void WhepPlayer::Stop() {
  if (location_.empty()) return;
  HttpUrl url = url_;
  url.path = location_;
  Exchange(url, "DELETE", "application/sdp", "").status().IgnoreError();
}

PlayerResult WhepPlayer::result() const {
  PlayerResult result = result_;
  result.connected = dtls_.connected();
  result.ended_by_server = dtls_.closed();
  result.srtp_profile = dtls_.srtp_profile();
  for (const auto& [ssrc, source] : sources_) {
    auto expected = static_cast<uint64_t>(source.highest - source.first + 1);
    if (expected > source.received) result.lost += expected - source.received;
  }
  return result;
}

void WhepPlayer::OnAnswer(const absl::StatusOr<HttpAnswer>& answer) {
  if (!answer.ok()) {
    result_.failure = std::string(answer.status().message());
    return;
  }
  if (answer->status != 201) {
    result_.failure = StrCat("HTTP ", answer->status, ": ", answer->body);
    return;
  }
  location_ = answer->location;
  absl::Status status = Connect(answer->body);
  if (!status.ok()) result_.failure = std::string(status.message());
}

absl::Status WhepPlayer::Connect(const std::string& answer_sdp) {
  SLUICE_ASSIGN_OR_RETURN(sdp::SessionDescription answer, sdp::Parse(answer_sdp));
  if (answer.media.empty()) return absl::InvalidArgumentError("the answer has no m-line");
  sdp::Transport transport = answer.TransportOf(answer.media.front());
  remote_ufrag_ = transport.ice_ufrag;
  remote_password_ = transport.ice_password;
  SLUICE_ASSIGN_OR_RETURN(net::SocketAddress server, UdpCandidate(answer));
  fd_ = net::OwnedFd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  int on = 1;
  setsockopt(fd_.get(), SOL_UDP, UDP_GRO, &on, sizeof(on));
  if (connect(fd_.get(), server.raw(), server.raw_length()) != 0)
    return absl::UnavailableError("connect failed");
  watcher_ = std::make_unique<loop::FdWatcher>(loop_, fd_.get(),
                                               [this](loop::FdWatcher::Ready) { OnReadable(); });
  watcher_->Watch(true, false);
  tick_.Start(kTick, kTick);
  SendCheck();
  return absl::OkStatus();
}

void WhepPlayer::OnReadable() {
  static std::array<uint8_t, 64 << 10> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    Received got = Receive(fd_.get(), buffer);
    if (got.bytes.empty()) return;
    for (ByteView rest = got.bytes; !rest.empty();) {
      size_t size = std::min(rest.size(), got.datagram_size);
      OnDatagram(rest.first(size));
      rest = rest.subspan(size);
    }
  }
}

void WhepPlayer::OnDatagram(ByteView datagram) {
  uint8_t first = datagram[0];
  if (first >= 128 && first <= 191) return OnRtp(datagram);  // RFC 7983 §7
  if (first >= 20 && first <= 63) return SendAll(dtls_.OnDatagram(datagram));
  auto message = stun::ParseMessage(datagram);
  if (!message.has_value() || message->message_class != stun::Class::kSuccess) return;
  if (!std::exchange(checked_, true)) SendAll(dtls_.Start());
}

void WhepPlayer::OnRtp(ByteView packet) {
  auto view = rtp::rtcp::IsRtcp(packet) ? std::nullopt : rtp::ParseRtp(packet);
  if (!view.has_value()) return;
  if (!result_.first_packet.has_value()) result_.first_packet = loop_.now() - posted_;
  ++result_.packets;
  result_.bytes += packet.size();
  if (!sources_.contains(view->ssrc) && sources_.size() >= kMaxSources) return;
  Source& source = sources_[view->ssrc];
  int64_t number = static_cast<int64_t>(source.sequence.Unwrap(view->sequence_number));
  if (source.received++ == 0) source.first = source.highest = number;
  source.highest = std::max(source.highest, number);
}

void WhepPlayer::OnTick() {
  if (!checked_ || ++ticks_ % kConsentTicks == 0) SendCheck();
  if (checked_) SendAll(dtls_.OnTick());
}

void WhepPlayer::SendCheck() {
  stun::TransactionId id;
  random_.Fill(id);
  Bytes message;
  stun::MessageBuilder builder(stun::Class::kRequest, stun::kBinding, id, message);
  builder.AddUsername(StrCat(remote_ufrag_, ":", ufrag_));
  builder.AddPriority(1);
  builder.AddUseCandidate();
  builder.AddIceControlling(1);
  builder.AddMessageIntegrity(remote_password_);
  builder.AddFingerprint();
  Send(message);
}

void WhepPlayer::Send(ByteView datagram) {
  send(fd_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
}

void WhepPlayer::SendAll(const std::vector<Bytes>& datagrams) {
  for (const Bytes& datagram : datagrams) Send(datagram);
}

}  // namespace sluice::load
