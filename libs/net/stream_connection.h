// One TCP or Unix stream socket: bytes in, shared slices out.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/loop/fd_watcher.h"
#include "libs/net/owned_fd.h"

namespace sluice::net {

// Immutable bytes that many connections may be sending at the same time.
using SharedBytes = std::shared_ptr<const Bytes>;

// Loop thread only. The queue of unsent bytes has no bound of its own: what exceeds unsent_bytes()
// is the sender's decision (skip, or close), and every sender of this project writes its bound
// beside the call.
class StreamConnection {
 public:
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // Bytes are borrowed for the call. May delete the connection.
    virtual void OnBytes(ByteView bytes) = 0;
    // Everything queued has gone out. May delete the connection.
    virtual void OnDrained() {}
    // The last call: Ok = the peer closed, else what broke. The delegate deletes the connection now
    // or later.
    virtual void OnClosed(const absl::Status& status) = 0;
  };

  // fd: connected (or connecting), non-blocking.
  StreamConnection(loop::EventLoop& loop, OwnedFd fd, Delegate& delegate);
  ~StreamConnection();

  // Queues slices, in order, and tries to send at once: one sendmsg for all of them. Empty slices
  // are skipped. Errors are reported later by OnClosed, never from inside this call.
  void Send(std::span<const SharedBytes> slices);
  void Send(Bytes bytes);
  // Bytes queued and not yet taken by the kernel.
  size_t unsent_bytes() const { return unsent_bytes_; }
  // Takes nothing more in either direction, sends what is queued, then OnClosed(Ok), never from
  // inside this call. The owner bounds the wait by deleting the connection.
  void CloseWhenDrained();

  // Stops or goes on reading, for back-pressure.
  void PauseReading(bool paused);

  // Bytes over the connection's life.
  uint64_t received_bytes() const { return received_bytes_; }
  uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  struct Slice {
    SharedBytes bytes;
    size_t sent = 0;
  };

  void OnReady(loop::FdWatcher::Ready ready);
  bool ReadAll();  // false: this object may be gone
  void WriteQueued();
  void UpdateWatch();
  void Fail(absl::Status status);

  loop::EventLoop& loop_;
  OwnedFd fd_;
  Delegate& delegate_;
  std::deque<Slice> queue_;
  size_t unsent_bytes_ = 0;
  uint64_t received_bytes_ = 0;
  uint64_t sent_bytes_ = 0;
  bool paused_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool write_blocked_ = false;
  absl::Status write_error_;
  std::shared_ptr<bool> alive_;  // false once this is deleted
  loop::FdWatcher watcher_;
};

// Starts connecting to a Unix socket. Unavailable if nobody listens there.
absl::StatusOr<OwnedFd> ConnectUnix(const std::string& path);

}  // namespace sluice::net
