#include "services/webrtc-media/tcp_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "libs/base/text.h"

namespace sluice::webrtc_media {
namespace {

stun::Tuple TupleOf(int fd, const net::SocketAddress& peer) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  const net::SocketAddress local(reinterpret_cast<sockaddr*>(&storage), length);
  return {.local = stun::TransportAddress::From(local.raw()),
          .remote = stun::TransportAddress::From(peer.raw()),
          .transport = stun::Transport::kTcp};
}

}  // namespace

TcpConnection::TcpConnection(loop::EventLoop& loop, net::OwnedFd fd, const net::SocketAddress& peer,
                             Instant now,
                             std::function<void(TcpConnection&, loop::FdWatcher::Ready)> on_ready)
    : accepted(now),
      heard(now),
      fd_(std::move(fd)),
      peer_(peer),
      tuple_(TupleOf(fd_.get(), peer)),
      frames_(fd_.get(), [this] { watcher_.Watch(true, true); }),
      watcher_(loop, fd_.get(),
               [this, on_ready = std::move(on_ready)](loop::FdWatcher::Ready ready) {
                 on_ready(*this, ready);
               }) {
  watcher_.Watch(true, false);
}

absl::Status TcpConnection::Receive(std::span<uint8_t> buffer,
                                    absl::FunctionRef<void(std::span<uint8_t>)> take) {
  std::array<uint8_t, kMaxFrame> frame_copy;  // what take() may change; the reader's is its own
  for (size_t total = 0; total < kBytesPerTurn;) {
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) break;
    if (got < 0) return absl::UnavailableError(std::strerror(errno));
    if (got == 0) return absl::UnavailableError("the peer closed the connection");
    total += static_cast<size_t>(got);
    reader_.Feed(buffer.first(static_cast<size_t>(got)));
    while (const auto frame = reader_.Next()) {
      std::copy(frame->begin(), frame->end(), frame_copy.begin());
      take(std::span(frame_copy).first(frame->size()));
    }
    if (!reader_.ok()) return absl::InvalidArgumentError("a frame is too long");
    if (static_cast<size_t>(got) < buffer.size()) break;
  }
  return absl::OkStatus();
}

void TcpConnection::SendKept() {
  frames_.SendKept();
  if (!frames_.wants_writable()) watcher_.Watch(true, false);
}

}  // namespace sluice::webrtc_media
