// A UDP socket shared by many peers: tells which local address was asked, and reads in batches.
#pragma once

#include <memory>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"

namespace sluice::net {

// One datagram as it came in. Borrowed for the call; the bytes may be changed in place.
struct UdpDatagram {
  SocketAddress from;
  SocketAddress to;  // the local address it was sent to, with the socket's port
  std::span<uint8_t> bytes;
};

// Non-blocking. One thread.
class UdpSocket {
 public:
  ~UdpSocket();

  // Datagrams that one Receive() reads at most, so that a flood leaves time for the players.
  static constexpr size_t kMaxPerTurn = 256;
  // Wished-for kernel buffers, in bytes; the kernel may give less (net.core.[rw]mem_max).
  static constexpr int kKernelBuffer = 8 << 20;

  // address: "0.0.0.0", "::" (then v6 only) or one interface's address; port 0 = any free one.
  // Unavailable if the port is taken.
  static absl::StatusOr<std::unique_ptr<UdpSocket>> Bind(const SocketAddress& address);

  // Hands over what has arrived, at most kMaxPerTurn datagrams (GRO bundles are taken apart;
  // those of the last call, at most 8 of 64, are finished even if they exceed the bound). Returns
  // how many there were.
  size_t Receive(absl::FunctionRef<void(const UdpDatagram&)> take);

  int fd() const { return fd_.get(); }
  const SocketAddress& local_address() const { return local_; }

 private:
  struct ReceiveBuffers;

  explicit UdpSocket(OwnedFd fd);
  size_t TakeApart(size_t index, absl::FunctionRef<void(const UdpDatagram&)> take);

  OwnedFd fd_;
  SocketAddress local_;
  std::unique_ptr<ReceiveBuffers> buffers_;  // 512 kB, touched as far as bundles reach
};

}  // namespace sluice::net
