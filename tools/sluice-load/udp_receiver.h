// A connected UDP socket of one player: reads datagrams, whole bursts or one by one, and knows what
// the kernel dropped.
#pragma once

#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"

namespace sluice::load {

class UdpReceiver {
 public:
  // bursts: take bursts whole (UDP_GRO), as a network card that cuts them would let a server send
  // them; otherwise the kernel cuts them at the sender's cost.
  static absl::StatusOr<UdpReceiver> Connect(const net::SocketAddress& server, bool bursts);

  // Reads what is there, a bounded number of reads. The bytes may be changed in place. False: the
  // server's port is closed (ICMP said so).
  bool Receive(absl::FunctionRef<void(std::span<uint8_t>)> take);
  void Send(std::span<const uint8_t> datagram) const;

  int fd() const { return fd_.get(); }
  uint32_t dropped() const { return dropped_; }  // by the kernel: the buffer was full

 private:
  net::OwnedFd fd_;
  uint32_t dropped_ = 0;
};

}  // namespace sluice::load
