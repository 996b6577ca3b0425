#include "libs/net/stream_listener.h"

#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::net {
namespace {

constexpr int kBacklog = 1024;
constexpr int kAcceptsPerTurn = 64;

absl::Status BindError(std::string_view what) {
  std::string text = StrCat("cannot listen on ", what, ": ", std::strerror(errno));
  if (errno == EADDRINUSE) return absl::AlreadyExistsError(text);
  if (errno == EACCES) return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

uint16_t BoundPort(int fd) {
  sockaddr_storage storage;
  socklen_t length = sizeof(storage);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  return SocketAddress(reinterpret_cast<sockaddr*>(&storage), length).port();
}

absl::StatusOr<OwnedFd> BindListening(const SocketAddress& address, bool v6_only) {
  OwnedFd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return BindError(address.ToString());
  const int on = 1;
  const int only = v6_only ? 1 : 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.family() == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
  }
  if (bind(fd.get(), address.raw(), address.raw_length()) != 0 || listen(fd.get(), kBacklog) != 0) {
    return BindError(address.ToString());
  }
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StreamListener>> StreamListener::ListenTcp(loop::EventLoop& loop,
                                                                          SocketAddress address,
                                                                          OnAccept on_accept) {
  SLUICE_ASSIGN_OR_RETURN(OwnedFd fd, BindListening(address, !address.IsAny()));
  return Listen(loop, std::move(fd), std::move(on_accept));
}

absl::StatusOr<OwnedFd> StreamListener::BindTcp(const SocketAddress& address) {
  return BindListening(address, true);
}

std::unique_ptr<StreamListener> StreamListener::Listen(loop::EventLoop& loop, OwnedFd fd,
                                                       OnAccept on_accept) {
  const uint16_t port = BoundPort(fd.get());
  auto listener = absl::WrapUnique(new StreamListener(loop, std::move(fd), std::move(on_accept)));
  listener->port_ = port;
  return listener;
}

absl::StatusOr<std::unique_ptr<StreamListener>> StreamListener::ListenUnix(loop::EventLoop& loop,
                                                                           const std::string& path,
                                                                           OnAccept on_accept) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        StrCat("socket path is longer than 107 bytes, choose a shorter run_dir: ", path));
  }
  path.copy(address.sun_path, path.size());
  OwnedFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return BindError(path);
  unlink(path.c_str());
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      chmod(path.c_str(), 0600) != 0 || listen(fd.get(), kBacklog) != 0) {
    return BindError(path);
  }
  return absl::WrapUnique(new StreamListener(loop, std::move(fd), std::move(on_accept)));
}

StreamListener::StreamListener(loop::EventLoop& loop, OwnedFd fd, OnAccept on_accept)
    : fd_(std::move(fd)),
      on_accept_(std::move(on_accept)),
      watcher_(loop, fd_.get(), [this](loop::FdWatcher::Ready) { AcceptAll(); }) {
  watcher_.Watch(true, false);
}

void StreamListener::AcceptAll() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    OwnedFd fd(accept4(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &length,
                       SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) return;  // nobody waits, or out of descriptors: the next turn tries again
    SocketAddress peer(reinterpret_cast<sockaddr*>(&storage), length);
    if (peer.valid()) {
      int on = 1;
      setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    on_accept_(std::move(fd), peer);
  }
}

}  // namespace sluice::net
