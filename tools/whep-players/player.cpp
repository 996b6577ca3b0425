#include "tools/whep-players/player.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/stun/message.h"
#include "libs/stun/message_builder.h"

namespace sluice::whep_players {
namespace {

constexpr size_t kMaxSources = 16;
constexpr size_t kRtpHeader = 12;
constexpr Duration kCheckInterval = 100ms;     // until the first answer
constexpr Duration kConsentInterval = 2500ms;  // RFC 7675 §5.1 allows 4 to 6 s; half, for loss
constexpr int kReceiveBuffer = 1 << 20;

}  // namespace

Player::Player(const DtlsClientContext& context, const std::string& fingerprint,
               RandomSource& random)
    : dtls_(context), local_{random.NextHex(4), random.NextHex(12), fingerprint}, random_(random) {}

Player::~Player() {
  if (fd_ >= 0) close(fd_);
}

absl::Status Player::Play(const HttpUrl& url) {
  posted_ = MonotonicNow();
  SLUICE_ASSIGN_OR_RETURN(const HttpAnswer answer,
                          Request(url, "POST", "application/sdp", MakeOffer(local_)));
  if (answer.status != 201) {
    return absl::UnavailableError(ToAbsl("POST answers " + std::to_string(answer.status)));
  }
  const auto location = answer.headers.find("location");
  if (location != answer.headers.end()) {
    session_ = url;
    const size_t path = location->second.find("/whep/");
    if (path != std::string::npos) session_->path = location->second.substr(path);
  }
  const std::optional<RemoteDescription> remote = ReadAnswer(answer.body);
  if (!remote) return absl::UnavailableError("the answer has no IPv4 candidate");
  return Open(*remote);
}

absl::Status Player::Open(const RemoteDescription& remote) {
  remote_ = remote;
  fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(remote.port);
  inet_pton(AF_INET, remote.address.c_str(), &address.sin_addr);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return absl::UnavailableError(ToAbsl("no way to " + remote.address));
  }
  OnTimer(MonotonicNow());
  return absl::OkStatus();
}

void Player::Stop() {
  if (session_) Request(*session_, "DELETE", "application/sdp", "").IgnoreError();
}

void Player::OnTimer(Instant now) {
  Send(dtls_.OnTimer());
  if (now < next_check_) return;
  next_check_ = now + (checked_ ? kConsentInterval : kCheckInterval);
  SendCheck();
}

void Player::SendCheck() {
  Bytes message;
  stun::TransactionId id;
  random_.Fill(id);
  stun::MessageBuilder builder(stun::Class::kRequest, stun::kBinding, id, message);
  builder.AddUsername(remote_.ufrag + ":" + local_.ufrag);
  builder.AddPriority(1853824767);
  builder.AddUseCandidate();
  builder.AddIceControlling(random_.NextU64());
  builder.AddMessageIntegrity(remote_.password);
  builder.AddFingerprint();
  Send({message});
}

void Player::OnReadable() {
  std::array<uint8_t, 2048> buffer;
  for (;;) {
    const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
    if (size <= 0) return;
    OnDatagram({buffer.data(), static_cast<size_t>(size)});
  }
}

// RFC 7983 §7.
void Player::OnDatagram(ByteView datagram) {
  if (datagram[0] >= 128 && datagram[0] < 192) {
    OnRtp(datagram);
  } else if (datagram[0] >= 20 && datagram[0] < 64) {
    Send(dtls_.OnDatagram(datagram));
  } else if (stun::IsStun(datagram) && !checked_) {
    checked_ = true;
    Send(dtls_.Start());
  }
}

void Player::OnRtp(ByteView packet) {
  if (packet.size() < kRtpHeader || (packet[1] >= 192 && packet[1] < 224)) return;  // RTCP
  if (!first_packet_)
    first_packet_ = std::chrono::duration_cast<Duration>(MonotonicNow() - posted_);
  bytes_ += packet.size();
  const uint32_t ssrc =
      static_cast<uint32_t>(packet[8]) << 24 | packet[9] << 16 | packet[10] << 8 | packet[11];
  const auto sequence = static_cast<uint16_t>(packet[2] << 8 | packet[3]);
  const auto found = sources_.find(ssrc);
  if (found == sources_.end()) {
    if (sources_.size() < kMaxSources) sources_[ssrc] = {1, 0, sequence};
    return;
  }
  SourceCounts& source = found->second;
  ++source.packets;
  const auto ahead = static_cast<int16_t>(sequence - source.highest);
  if (ahead > 0) {
    source.lost += static_cast<uint64_t>(ahead - 1);
    source.highest = sequence;
  } else if (source.lost > 0) {
    --source.lost;  // late, but here
  }
}

void Player::Send(const std::vector<Bytes>& datagrams) {
  for (const Bytes& datagram : datagrams) {
    // A full buffer is a lost datagram: checks and handshakes are repeated.
    [[maybe_unused]] const ssize_t sent = send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL);
  }
}

uint64_t Player::packets() const {
  uint64_t sum = 0;
  for (const auto& [ssrc, source] : sources_) sum += source.packets;
  return sum;
}

uint64_t Player::lost() const {
  uint64_t sum = 0;
  for (const auto& [ssrc, source] : sources_) sum += source.lost;
  return sum;
}

}  // namespace sluice::whep_players
