// Sends many datagrams to many peers with few system calls.
#pragma once

#include <memory>
#include <span>

#include "libs/base/bytes.h"
#include "libs/net/udp_path.h"

namespace sluice::net {

// A run of datagrams for one peer: all of segment_size bytes, but for the last, which may be
// shorter. At most min(64, 65000 / segment_size) of them.
struct UdpMessage {
  UdpPath* path = nullptr;  // nullptr: forgotten, nothing is sent
  ByteView bytes;
  uint16_t segment_size = 0;
  uint16_t segments = 0;
  bool droppable = false;  // video: may be skipped when it is late
};

// One socket's sending half. One thread.
class BatchSender {
 public:
  struct Counters {
    uint64_t datagrams = 0;
    uint64_t bytes = 0;        // UDP payload
    uint64_t messages = 0;     // what the kernel took at once: runs of datagrams for one peer
    uint64_t calls = 0;        // system calls
    uint64_t failed = 0;       // datagrams the kernel refused for good (no route, too big)
    uint64_t unsegmented = 0;  // messages that had to be sent datagram by datagram
    uint64_t would_block = 0;  // times the socket was full
  };

  virtual ~BatchSender() = default;
  // Sends in order. Returns how many messages are done with (sent, or refused for good and
  // counted); fewer than all means that the socket is full: wait until it is writable and go on
  // with the rest.
  virtual size_t Send(std::span<const UdpMessage> messages) = 0;

  const Counters& counters() const { return counters_; }

 protected:
  Counters counters_;
};

// Linux: UDP_SEGMENT messages in sendmmsg. When the kernel refuses one (EMSGSIZE, EINVAL, EIO), it
// is sent datagram by datagram, now and ever after on that path. `fd` is borrowed.
std::unique_ptr<BatchSender> MakeGsoBatchSender(int fd);

}  // namespace sluice::net
