// Sends frames of RFC 4571 (a 16-bit length before each packet) to many TCP peers.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "libs/base/bytes.h"

namespace sluice::net {

// The sending end of one TCP connection. Owned by whoever owns the connection; must outlive the
// frames that name it (see FrameBatch::Forget). One thread.
class FramePath {
 public:
  // Bytes that the kernel has not taken. With more than this, video waits with its source packets;
  // with more than that, sound and control are refused, too.
  static constexpr size_t kVideoBound = 64 << 10;
  static constexpr size_t kBound = kVideoBound + (16 << 10);
  // What the kernel may hold beyond what TCP lets it send now (TCP_NOTSENT_LOWAT), in bytes: what
  // lies there is late and cannot be taken back.
  static constexpr int kUnsentLowWater = 32 << 10;

  // fd: connected and non-blocking; borrowed. Sets TCP_NODELAY and the low-water mark.
  // on_kept: called when wants_writable() has become true.
  FramePath(int fd, std::function<void()> on_kept);

  // Bytes of whole frames that were added and the kernel has not taken.
  size_t unsent_bytes() const { return kept_.size() - kept_sent_ + built_bytes_; }
  // True: call SendKept() when the socket is writable.
  bool wants_writable() const { return kept_sent_ < kept_.size(); }
  // The kernel has refused for good: the connection is over.
  bool broken() const { return broken_; }
  // Frames of sound and control refused for want of room.
  uint64_t refused() const { return refused_; }
  // Sends what has been kept, as far as the socket takes it.
  void SendKept() { SendAll({}); }

 private:
  friend class FrameBatch;
  bool Takes(size_t size, bool video);
  // Sends what is kept, then `bytes`; keeps what the socket does not take, so that a frame that has
  // been begun is finished. Returns how many system calls it took.
  size_t SendAll(ByteView bytes);
  size_t Write(ByteView bytes);
  void TakeFromKept(size_t sent);

  int fd_;
  std::function<void()> on_kept_;
  bool broken_ = false;
  uint64_t refused_ = 0;
  size_t built_bytes_ = 0;  // in the batch
  Bytes kept_;              // at most kBound and one frame; freed when all is sent
  size_t kept_sent_ = 0;
};

// Collects the frames of a turn in one buffer that all connections share, so that a connection that
// keeps up holds no memory; each run of frames for one connection is one system call. Fixed memory.
// One thread.
class FrameBatch {
 public:
  static constexpr size_t kMaxBytes = 128 << 10;
  static constexpr size_t kLengthBytes = 2;

  struct Counters {
    uint64_t frames = 0;  // handed over, their bytes sent or kept
    uint64_t bytes = 0;   // of them, lengths included
    uint64_t calls = 0;   // system calls
  };

  FrameBatch() : buffer_(kMaxBytes) {}

  // A place for one packet of `size` bytes (at most 65535), to be written before the next Flush().
  // Empty: full() (flush and try again), or the connection is broken or has no room.
  std::span<uint8_t> Add(FramePath& path, size_t size, bool video);
  bool HasRoom(size_t size) const { return used_ + kLengthBytes + size <= kMaxBytes; }
  // Hands everything over; what the sockets do not take is kept by the paths.
  void Flush();
  // `path` is about to go: nothing more is sent to it.
  void Forget(const FramePath& path);
  bool empty() const { return runs_.empty(); }
  const Counters& counters() const { return counters_; }

 private:
  struct Run {
    FramePath* path;  // nullptr: forgotten
    size_t start;     // in buffer_
    size_t size;
  };

  Bytes buffer_;  // kMaxBytes, never moved
  size_t used_ = 0;
  std::vector<Run> runs_;  // at most one per frame
  Counters counters_;
};

}  // namespace sluice::net
