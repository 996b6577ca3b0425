#include "tools/sluice-load/tcp_receiver.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "libs/base/text.h"

namespace sluice::load {
namespace {

constexpr int kReadsPerTurn = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<MediaSocket>> TcpReceiver::Connect(
    const net::SocketAddress& server, const std::optional<net::SocketAddress>& local) {
  auto receiver = std::make_unique<TcpReceiver>();
  receiver->fd_ =
      net::OwnedFd(socket(server.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int fd = receiver->fd_.get();
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (local && bind(fd, local->raw(), local->raw_length()) != 0)
    return absl::UnavailableError(StrCat("bind: ", std::strerror(errno)));
  if (connect(fd, server.raw(), server.raw_length()) != 0 && errno != EINPROGRESS)
    return absl::UnavailableError(StrCat("connect: ", std::strerror(errno)));
  return receiver;
}

bool TcpReceiver::Receive(Take take) {
  static std::array<uint8_t, 64 << 10> buffer;  // one thread reads for all sessions
  Flush();
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
    reader_.Feed(std::span<uint8_t>(buffer).first(static_cast<size_t>(got)));
    while (auto frame = reader_.Next()) {
      // Ours: in the buffer, or in what the reader keeps until its next call.
      if (!frame->empty()) take({const_cast<uint8_t*>(frame->data()), frame->size()}, Instant{});
    }
    if (!reader_.ok()) return false;
  }
  return true;
}

void TcpReceiver::Send(ByteView datagram) {
  if (unsent_.size() + datagram.size() <= kMaxUnsent) rtp::AppendRfc4571Frame(datagram, unsent_);
  Flush();
}

void TcpReceiver::Flush() {
  if (unsent_.empty()) return;
  const ssize_t sent = send(fd_.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
}

}  // namespace sluice::load
