#include "services/webrtc-media/tcp_port.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace sluice::webrtc_media {
namespace {

constexpr size_t kReadBuffer = 64 << 10;

}  // namespace

size_t TcpPort::TupleHash::operator()(const stun::Tuple& tuple) const {
  return absl::HashOf(tuple.remote.bytes, tuple.remote.port, tuple.local.bytes, tuple.local.port);
}

TcpPort::TcpPort(loop::EventLoop& loop, std::vector<net::OwnedFd> listening,
                 WorkerCounters& counters, Delegate& delegate)
    : loop_(loop), counters_(counters), delegate_(delegate) {
  for (net::OwnedFd& fd : listening) {
    listeners_.push_back(net::StreamListener::Listen(
        loop, std::move(fd), [this](net::OwnedFd accepted, const net::SocketAddress& peer) {
          OnAccept(std::move(accepted), peer);
        }));
  }
}

TcpPort::~TcpPort() = default;

void TcpPort::OnAccept(net::OwnedFd fd, const net::SocketAddress& peer) {
  const std::string host = peer.Host();
  const auto from_there = unchecked_.find(host);
  if (unchecked_count_ >= kMaxUnchecked ||
      (from_there != unchecked_.end() && from_there->second >= kMaxUncheckedPerAddress)) {
    return counters_.tcp_refused.Add(1);
  }
  auto connection = std::make_unique<TcpConnection>(
      loop_, std::move(fd), peer, loop_.now(),
      [this](TcpConnection& ready_one, loop::FdWatcher::Ready ready) {
        delegate_.OnTcpReady(ready_one, ready);
      });
  const stun::Tuple tuple = connection->tuple();
  Release(tuple);  // the kernel says that a former one is gone
  connections_[tuple] = std::move(connection);
  ++unchecked_[host];
  ++unchecked_count_;
  counters_.tcp_connections.Set(connections_.size());
  if (read_buffer_.empty()) read_buffer_.resize(kReadBuffer);
}

void TcpPort::OnReady(TcpConnection& connection, loop::FdWatcher::Ready ready, Instant now) {
  if (ready.writable) connection.SendKept();
  if (!ready.readable && !ready.failed) return;
  const absl::Status status = connection.Receive(read_buffer_, [&](std::span<uint8_t> frame) {
    if (connection.closing) return;
    connection.heard = now;
    delegate_.OnTcpFrame(connection, frame);
  });
  if (status.ok()) return;
  if (absl::IsInvalidArgument(status)) counters_.bad_tcp.Add(1);
  Close(connection);
}

void TcpPort::Send(TcpConnection& connection, ByteView datagram) {
  if (!batch_.HasRoom(datagram.size())) return;
  const std::span<uint8_t> place = batch_.Add(connection.frames(), datagram.size(), false);
  if (!place.empty()) std::copy(datagram.begin(), datagram.end(), place.begin());
}

void TcpPort::OnChecked(TcpConnection& connection) {
  if (!std::exchange(connection.checked, true)) ForgetUnchecked(connection);
}

void TcpPort::ForgetUnchecked(const TcpConnection& connection) {
  const auto found = unchecked_.find(connection.peer().Host());
  if (--found->second == 0) unchecked_.erase(found);
  --unchecked_count_;
}

void TcpPort::Release(const stun::Tuple& tuple) {
  const auto found = connections_.find(tuple);
  if (found == connections_.end()) return;
  batch_.Flush();
  Close(*found->second);
}

void TcpPort::Close(TcpConnection& connection) {
  if (std::exchange(connection.closing, true)) return;
  delegate_.OnTcpClosed(connection);
  batch_.Forget(connection.frames());
  if (!connection.checked) ForgetUnchecked(connection);
  counters_.tcp_frames_refused.Add(connection.frames().refused());
  const auto found = connections_.find(connection.tuple());
  closed_.push_back(std::move(found->second));
  connections_.erase(found);
  counters_.tcp_connections.Set(connections_.size());
}

void TcpPort::OnTick(Instant now) {
  std::vector<TcpConnection*> overdue;
  for (const auto& [tuple, connection] : connections_) {
    const Duration silent = now - (connection->checked ? connection->heard : connection->accepted);
    const bool late = silent >= (connection->checked ? kIdleTimeout : kCheckTimeout);
    if (late || connection->frames().broken()) overdue.push_back(connection.get());
  }
  for (TcpConnection* connection : overdue) {
    if (!connection->checked) counters_.tcp_silent.Add(1);
    Close(*connection);
  }
}

}  // namespace sluice::webrtc_media
