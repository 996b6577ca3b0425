// One socket of a worker with its send batch.
#pragma once

#include <functional>
#include <memory>

#include "libs/loop/fd_watcher.h"
#include "libs/net/send_batch.h"
#include "libs/net/udp_socket.h"

namespace sluice::webrtc_media {

// One loop. Watches for writable while the batch waits for room.
class UdpPort {
 public:
  // on_ready: the socket can be read or, after it was full, written.
  UdpPort(loop::EventLoop& loop, std::unique_ptr<net::UdpSocket> socket,
          std::function<void(UdpPort&, loop::FdWatcher::Ready)> on_ready)
      : socket_(std::move(socket)),
        sender_(net::MakeGsoBatchSender(socket_->fd())),
        batch_(*sender_),
        watcher_(loop, socket_->fd(),
                 [this, on_ready = std::move(on_ready)](loop::FdWatcher::Ready ready) {
                   on_ready(*this, ready);
                 }) {
    watcher_.Watch(true, false);
  }

  net::UdpSocket& socket() { return *socket_; }
  net::SendBatch& batch() { return batch_; }
  const net::BatchSender::Counters& counters() const { return sender_->counters(); }

  void Flush(Instant now) { watcher_.Watch(true, !batch_.Flush(now)); }
  // One datagram outside the batch; lost if the socket is full.
  void SendNow(const net::SocketAddress& to, const net::SocketAddress& from, ByteView datagram) {
    net::UdpPath path{.to = to, .from = from};
    const net::UdpMessage message{.path = &path,
                                  .bytes = datagram,
                                  .segment_size = static_cast<uint16_t>(datagram.size()),
                                  .segments = 1};
    sender_->Send({&message, 1});
  }

 private:
  std::unique_ptr<net::UdpSocket> socket_;
  std::unique_ptr<net::BatchSender> sender_;
  net::SendBatch batch_;
  loop::FdWatcher watcher_;
};

}  // namespace sluice::webrtc_media
