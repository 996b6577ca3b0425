// A session's datagrams on a TCP connection (RFC 6544, RFC 4571), the client connecting.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"
#include "libs/rtp/rfc4571.h"
#include "tools/sluice-load/media_socket.h"

namespace sluice::load {

class TcpReceiver final : public MediaSocket {
 public:
  // Connects without waiting: what is sent before is kept, at most kMaxUnsent bytes.
  static absl::StatusOr<std::unique_ptr<MediaSocket>> Connect(
      const net::SocketAddress& server, const std::optional<net::SocketAddress>& local);

  bool Receive(Take take) override;
  void Send(ByteView datagram) override;
  int fd() const override { return fd_.get(); }

 private:
  static constexpr size_t kMaxUnsent = 64 << 10;

  void Flush();

  net::OwnedFd fd_;
  rtp::Rfc4571Reader reader_;
  Bytes unsent_;  // more is dropped, whole datagrams
};

}  // namespace sluice::load
