// Accepts TCP or Unix stream connections.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/loop/fd_watcher.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"

namespace sluice::net {

// Loop thread only.
class StreamListener {
 public:
  // fd is non-blocking, with TCP_NODELAY on TCP; peer is invalid for a Unix socket.
  using OnAccept = std::function<void(OwnedFd fd, SocketAddress peer)>;

  // Port 0 = any; see port(). An IPv6 any-address listener takes IPv4, too.
  // AlreadyExists: the port is taken; PermissionDenied: below 1024 and not root.
  static absl::StatusOr<std::unique_ptr<StreamListener>> ListenTcp(loop::EventLoop& loop,
                                                                   SocketAddress address,
                                                                   OnAccept on_accept);
  // The same in two steps, the first on any thread: a listening socket, which holds its port. An
  // IPv6 one takes IPv6 only.
  static absl::StatusOr<OwnedFd> BindTcp(const SocketAddress& address);
  static std::unique_ptr<StreamListener> Listen(loop::EventLoop& loop, OwnedFd fd,
                                                OnAccept on_accept);
  // A file of that name is replaced. The socket is for this user only (mode 600).
  static absl::StatusOr<std::unique_ptr<StreamListener>> ListenUnix(loop::EventLoop& loop,
                                                                    const std::string& path,
                                                                    OnAccept on_accept);

  uint16_t port() const { return port_; }

 private:
  StreamListener(loop::EventLoop& loop, OwnedFd fd, OnAccept on_accept);
  void AcceptAll();

  OwnedFd fd_;
  OnAccept on_accept_;
  uint16_t port_ = 0;
  loop::FdWatcher watcher_;
};

}  // namespace sluice::net
