// Where a session's datagrams come from and go to: UDP, or RFC 4571 frames on a TCP connection.
#pragma once

#include <span>

#include "absl/functional/function_ref.h"
#include "libs/base/bytes.h"
#include "libs/base/instant.h"

namespace sluice::load {

// Non-blocking. One thread.
class MediaSocket {
 public:
  // datagram: may be changed in place. received: by the kernel's clock if the socket was opened
  // with time stamps, else Instant{}.
  using Take = absl::FunctionRef<void(std::span<uint8_t> datagram, Instant received)>;

  virtual ~MediaSocket() = default;
  // Reads what is there, a bounded number of reads. False: the server has closed, or its port is.
  virtual bool Receive(Take take) = 0;
  // Lost if the socket is full.
  virtual void Send(ByteView datagram) = 0;
  virtual int fd() const = 0;
  // Datagrams that our kernel dropped because the receive buffer was full.
  virtual uint32_t dropped() const { return 0; }
};

}  // namespace sluice::load
