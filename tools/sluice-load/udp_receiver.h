// A connected UDP socket of one session: reads datagrams, whole bursts or one by one, and knows
// what the kernel dropped.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"
#include "tools/sluice-load/media_socket.h"

namespace sluice::load {

class UdpReceiver final : public MediaSocket {
 public:
  struct Settings {
    // Take bursts whole (UDP_GRO), as a network card that cuts them would let a server send them;
    // otherwise the kernel cuts them at the sender's cost.
    bool bursts = true;
    bool time_stamps = false;  // the kernel's, see MediaSocket::Take
    std::optional<net::SocketAddress> local;
  };
  static absl::StatusOr<std::unique_ptr<MediaSocket>> Connect(const net::SocketAddress& server,
                                                              const Settings& settings);

  bool Receive(Take take) override;
  void Send(ByteView datagram) override;
  int fd() const override { return fd_.get(); }
  uint32_t dropped() const override { return dropped_; }

 private:
  net::OwnedFd fd_;
  uint32_t dropped_ = 0;
};

}  // namespace sluice::load
