#include "tools/sluice-load/udp_receiver.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::load {
namespace {

constexpr int kReadsPerTurn = 64;
constexpr int kReceiveBuffer = 1 << 20;

template <typename T>
T Value(const cmsghdr* header) {
  T value{};
  std::memcpy(&value, CMSG_DATA(header), sizeof(value));
  return value;
}

}  // namespace

absl::StatusOr<UdpReceiver> UdpReceiver::Connect(const net::SocketAddress& server, bool bursts) {
  UdpReceiver receiver;
  receiver.fd_ =
      net::OwnedFd(socket(server.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int fd = receiver.fd_.get();
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
  if (bursts) setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
  if (connect(fd, server.raw(), server.raw_length()) != 0)
    return absl::UnavailableError("connect failed");
  return receiver;
}

bool UdpReceiver::Receive(absl::FunctionRef<void(std::span<uint8_t>)> take) {
  static std::array<uint8_t, 64 << 10> buffer;  // one thread reads for all players
  for (int i = 0; i < kReadsPerTurn; ++i) {
    iovec vector{buffer.data(), buffer.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint32_t))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    ssize_t got = recvmsg(fd_.get(), &message, 0);
    if (got < 0) return errno != ECONNREFUSED;
    auto whole = std::span<uint8_t>(buffer).first(static_cast<size_t>(got));
    size_t cut = std::max<size_t>(whole.size(), 1);
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO)
        cut = static_cast<size_t>(std::max(Value<int>(header), 1));
      if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_RXQ_OVFL)
        dropped_ = Value<uint32_t>(header);
    }
    while (!whole.empty()) {
      size_t size = std::min(whole.size(), cut);
      take(whole.first(size));
      whole = whole.subspan(size);
    }
  }
  return true;
}

void UdpReceiver::Send(std::span<const uint8_t> datagram) const {
  send(fd_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
}

}  // namespace sluice::load
