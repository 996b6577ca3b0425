// A worker's TCP listeners and the connections of its ICE peers (RFC 6544, passive).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "libs/loop/event_loop.h"
#include "libs/net/stream_listener.h"
#include "services/webrtc-media/tcp_connection.h"
#include "services/webrtc-media/worker_counters.h"

namespace sluice::webrtc_media {

// Bounds what strangers may hold: a connection without a valid check lives kCheckTimeout, and there
// are at most kMaxUnchecked of them, kMaxUncheckedPerAddress from one address. Checked ones are
// bounded by the sessions' tuples. The worker's thread only, but for the constructor.
class TcpPort {
 public:
  static constexpr size_t kMaxUnchecked = 512;
  static constexpr size_t kMaxUncheckedPerAddress = 64;
  static constexpr Duration kCheckTimeout = 5s;
  // Nothing has come for so long: longer than the pauses between checks of a pair that is not used.
  static constexpr Duration kIdleTimeout = 60s;

  class Delegate {
   public:
    virtual ~Delegate() = default;
    // A connection can be read or written, or has failed: OnReady() it, then end the turn.
    virtual void OnTcpReady(TcpConnection& connection, loop::FdWatcher::Ready ready) = 0;
    // One frame, borrowed; it may be changed in place.
    virtual void OnTcpFrame(TcpConnection& connection, std::span<uint8_t> frame) = 0;
    // It is about to go: whoever sends by it must stop.
    virtual void OnTcpClosed(TcpConnection& connection) = 0;
  };

  // listening: of StreamListener::BindTcp().
  TcpPort(loop::EventLoop& loop, std::vector<net::OwnedFd> listening, WorkerCounters& counters,
          Delegate& delegate);
  ~TcpPort();

  // Reads or writes; frames go to the delegate.
  void OnReady(TcpConnection& connection, loop::FdWatcher::Ready ready, Instant now);
  // One datagram outside of any session's path; lost if the connection is full.
  void Send(TcpConnection& connection, ByteView datagram);
  // A valid check has come by it.
  void OnChecked(TcpConnection& connection);
  // No session has it any more: what was built for it is sent, as far as the socket takes it, and
  // it is closed. Nothing happens if it is gone.
  void Release(const stun::Tuple& tuple);
  // Hands over what has been built.
  void Flush() { batch_.Flush(); }
  // Deletes what has been closed, at the end of a turn: nobody is inside of it any more.
  void DeleteClosed() { closed_.clear(); }
  // Closes those that are overdue or idle. About once a second.
  void OnTick(Instant now);

  net::FrameBatch& batch() { return batch_; }
  size_t connection_count() const { return connections_.size(); }

 private:
  struct TupleHash {
    size_t operator()(const stun::Tuple& tuple) const;
  };

  void OnAccept(net::OwnedFd fd, const net::SocketAddress& peer);
  void ForgetUnchecked(const TcpConnection& connection);
  void Close(TcpConnection& connection);

  loop::EventLoop& loop_;
  WorkerCounters& counters_;
  Delegate& delegate_;
  net::FrameBatch batch_;
  Bytes read_buffer_;  // 64 kB, made with the first connection
  absl::flat_hash_map<stun::Tuple, std::unique_ptr<TcpConnection>, TupleHash> connections_;
  absl::flat_hash_map<std::string, size_t> unchecked_;  // by address; at most kMaxUnchecked
  size_t unchecked_count_ = 0;
  std::vector<std::unique_ptr<TcpConnection>> closed_;  // for DeleteClosed()
  std::vector<std::unique_ptr<net::StreamListener>> listeners_;
};

}  // namespace sluice::webrtc_media
