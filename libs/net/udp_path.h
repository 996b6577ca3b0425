// The two ends of a UDP exchange on a shared socket.
#pragma once

#include <cstdint>

#include "libs/net/socket_address.h"

namespace sluice::net {

// Where datagrams to a peer go, and what sending to it has taught. Owned by whoever talks to the
// peer; must outlive the messages that name it (see SendBatch::Forget).
struct UdpPath {
  SocketAddress to;
  SocketAddress from;          // the local address that the peer asked; its port is the socket's
  bool segmentation = true;    // false once the kernel has refused a GSO message to this peer
  uint64_t skipped_video = 0;  // datagrams dropped because they had waited too long to be sent
};

}  // namespace sluice::net
