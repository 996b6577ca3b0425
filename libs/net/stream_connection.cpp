#include "libs/net/stream_connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "libs/base/text.h"

namespace sluice::net {
namespace {

constexpr size_t kReadBuffer = 64 << 10;
constexpr int kReadsPerTurn = 4;  // so that one fast sender does not starve the others
constexpr size_t kSlicesPerCall = 64;

absl::Status SocketError(std::string_view call) {
  return absl::UnavailableError(StrCat(call, ": ", std::strerror(errno)));
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

StreamConnection::StreamConnection(loop::EventLoop& loop, OwnedFd fd, Delegate& delegate)
    : loop_(loop),
      fd_(std::move(fd)),
      delegate_(delegate),
      alive_(std::make_shared<bool>(true)),
      watcher_(loop, fd_.get(), [this](loop::FdWatcher::Ready ready) { OnReady(ready); }) {
  watcher_.Watch(true, false);
}

StreamConnection::~StreamConnection() { *alive_ = false; }

void StreamConnection::Send(std::span<const SharedBytes> slices) {
  if (closed_ || closing_) return;
  for (const SharedBytes& slice : slices) {
    if (slice == nullptr || slice->empty()) continue;
    queue_.push_back({slice, 0});
    unsent_bytes_ += slice->size();
  }
  if (!write_blocked_) WriteQueued();
  UpdateWatch();
}

void StreamConnection::Send(Bytes bytes) {
  SharedBytes slice = std::make_shared<const Bytes>(std::move(bytes));
  Send({&slice, 1});
}

void StreamConnection::CloseWhenDrained() {
  closing_ = true;
  UpdateWatch();
  if (!queue_.empty()) return;
  loop_.Post([this, alive = alive_] {
    if (*alive) Fail(absl::OkStatus());
  });
}

void StreamConnection::PauseReading(bool paused) {
  paused_ = paused;
  UpdateWatch();
}

void StreamConnection::OnReady(loop::FdWatcher::Ready ready) {
  auto alive = alive_;
  if (ready.writable) {
    write_blocked_ = false;
    WriteQueued();
    if (!write_error_.ok()) return Fail(write_error_);
    if (queue_.empty()) {
      if (closing_) return Fail(absl::OkStatus());
      delegate_.OnDrained();
      if (!*alive) return;
    }
  }
  if ((ready.readable || ready.failed) && !ReadAll()) return;
  UpdateWatch();
}

bool StreamConnection::ReadAll() {
  // One buffer per thread: a connection keeps no memory for reading.
  static thread_local std::array<uint8_t, kReadBuffer> buffer;
  auto alive = alive_;
  for (int i = 0; i < kReadsPerTurn && !paused_ && !closing_; ++i) {
    ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && WouldBlock()) return true;
    if (got <= 0) {
      Fail(got == 0 ? absl::OkStatus() : SocketError("recv"));
      return false;
    }
    received_bytes_ += static_cast<uint64_t>(got);
    delegate_.OnBytes({buffer.data(), static_cast<size_t>(got)});
    if (!*alive) return false;
    if (static_cast<size_t>(got) < buffer.size()) return true;
  }
  return true;
}

void StreamConnection::WriteQueued() {
  while (!queue_.empty() && !write_blocked_ && write_error_.ok()) {
    std::array<iovec, kSlicesPerCall> vectors;
    size_t count = 0;
    for (const Slice& slice : queue_) {
      if (count == vectors.size()) break;
      vectors[count++] = {const_cast<uint8_t*>(slice.bytes->data()) + slice.sent,
                          slice.bytes->size() - slice.sent};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t sent = sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (!WouldBlock()) write_error_ = SocketError("sendmsg");
      write_blocked_ = true;  // an error is told from the next turn's callback
      return;
    }
    sent_bytes_ += static_cast<uint64_t>(sent);
    unsent_bytes_ -= static_cast<size_t>(sent);
    auto left = static_cast<size_t>(sent);
    while (left > 0) {
      Slice& first = queue_.front();
      size_t taken = std::min(left, first.bytes->size() - first.sent);
      first.sent += taken;
      left -= taken;
      if (first.sent == first.bytes->size()) queue_.pop_front();
    }
  }
}

void StreamConnection::UpdateWatch() {
  if (!closed_) watcher_.Watch(!paused_ && !closing_, write_blocked_ || !queue_.empty());
}

void StreamConnection::Fail(absl::Status status) {
  if (closed_) return;
  closed_ = true;
  watcher_.Watch(false, false);
  queue_.clear();
  unsent_bytes_ = 0;
  delegate_.OnClosed(status);
}

absl::StatusOr<OwnedFd> ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(StrCat("socket path is too long: ", path));
  }
  path.copy(address.sun_path, path.size());
  OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return SocketError("socket");
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return absl::UnavailableError(StrCat("connect ", path, ": ", std::strerror(errno)));
  }
  return fd;
}

}  // namespace sluice::net
