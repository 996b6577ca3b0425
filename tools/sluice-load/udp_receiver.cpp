#include "tools/sluice-load/udp_receiver.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "libs/base/text.h"

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

// The kernel stamps with the wall clock.
Instant FromWallClock(const timespec& wall) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const auto ago = std::chrono::seconds(now.tv_sec - wall.tv_sec) +
                   std::chrono::nanoseconds(now.tv_nsec - wall.tv_nsec);
  return MonotonicNow() - std::chrono::duration_cast<Duration>(ago);
}

// What came with one read.
struct Notes {
  size_t cut = 0;  // size of the datagrams in a burst
  Instant received{};
};

Notes ReadNotes(msghdr& message, size_t size, uint32_t& dropped) {
  Notes notes{.cut = std::max<size_t>(size, 1)};
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO)
      notes.cut = static_cast<size_t>(std::max(Value<int>(header), 1));
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SO_RXQ_OVFL) dropped = Value<uint32_t>(header);
    if (header->cmsg_type == SCM_TIMESTAMPNS)
      notes.received = FromWallClock(Value<timespec>(header));
  }
  return notes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MediaSocket>> UdpReceiver::Connect(const net::SocketAddress& server,
                                                                  const Settings& settings) {
  auto receiver = std::make_unique<UdpReceiver>();
  receiver->fd_ =
      net::OwnedFd(socket(server.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int fd = receiver->fd_.get();
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
  if (settings.time_stamps) setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  if (settings.bursts) setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
  if (settings.local && bind(fd, settings.local->raw(), settings.local->raw_length()) != 0)
    return absl::UnavailableError(StrCat("bind: ", std::strerror(errno)));
  if (connect(fd, server.raw(), server.raw_length()) != 0)
    return absl::UnavailableError(StrCat("connect: ", std::strerror(errno)));
  return receiver;
}

bool UdpReceiver::Receive(Take take) {
  static std::array<uint8_t, 64 << 10> buffer;  // one thread reads for all sessions
  for (int i = 0; i < kReadsPerTurn; ++i) {
    iovec vector{buffer.data(), buffer.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint32_t)) +
                                  CMSG_SPACE(sizeof(timespec))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    ssize_t got = recvmsg(fd_.get(), &message, 0);
    if (got < 0) return errno != ECONNREFUSED;
    auto whole = std::span<uint8_t>(buffer).first(static_cast<size_t>(got));
    const Notes notes = ReadNotes(message, whole.size(), dropped_);
    while (!whole.empty()) {
      size_t size = std::min(whole.size(), notes.cut);
      take(whole.first(size), notes.received);
      whole = whole.subspan(size);
    }
  }
  return true;
}

void UdpReceiver::Send(ByteView datagram) {
  send(fd_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
}

}  // namespace sluice::load
