// One TCP connection of an ICE peer (RFC 6544), passive side: packets in RFC 4571 frames.
#pragma once

#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "libs/loop/fd_watcher.h"
#include "libs/net/frame_batch.h"
#include "libs/net/owned_fd.h"
#include "libs/net/socket_address.h"
#include "libs/rtp/rfc4571.h"
#include "libs/stun/ice_lite_responder.h"

namespace sluice::webrtc_media {

// The worker's thread only.
class TcpConnection {
 public:
  // A longer frame ends the connection: no datagram of WebRTC is, and each peer may make us keep
  // one. Bytes.
  static constexpr size_t kMaxFrame = 4096;
  // Bytes read in one turn, so that a fast sender does not starve the others.
  static constexpr size_t kBytesPerTurn = 256 << 10;

  // on_ready: the socket can be read or written, or has failed.
  TcpConnection(loop::EventLoop& loop, net::OwnedFd fd, const net::SocketAddress& peer, Instant now,
                std::function<void(TcpConnection&, loop::FdWatcher::Ready)> on_ready);

  // Hands over the frames that have arrived; they may be changed in place. Error: the connection is
  // over, with the cause for people. take must not delete the connection.
  absl::Status Receive(std::span<uint8_t> buffer, absl::FunctionRef<void(std::span<uint8_t>)> take);
  // The socket is writable.
  void SendKept();

  net::FramePath& frames() { return frames_; }
  const net::FramePath& frames() const { return frames_; }
  const stun::Tuple& tuple() const { return tuple_; }
  const net::SocketAddress& peer() const { return peer_; }

  // Notes of the owner.
  bool checked = false;  // a valid check has come by it
  bool closing = false;  // it is in the list of those to be deleted
  const Instant accepted;
  Instant heard;  // the last frame

 private:
  net::OwnedFd fd_;
  net::SocketAddress peer_;
  stun::Tuple tuple_;
  net::FramePath frames_;
  rtp::Rfc4571Reader reader_{kMaxFrame};
  loop::FdWatcher watcher_;
};

}  // namespace sluice::webrtc_media
