// The one built batch of a socket: datagrams laid out side by side in one buffer.
#pragma once

#include <vector>

#include "libs/base/instant.h"
#include "libs/net/batch_sender.h"

namespace sluice::net {

// Collects datagrams, joins those that can be one GSO message, and keeps what the socket did not
// take. Fixed memory: kMaxBytes and kMaxMessages; when full, Add() says so and the caller flushes
// or waits with its source packets. One thread.
class SendBatch {
 public:
  static constexpr size_t kMaxBytes = 128 << 10;
  static constexpr size_t kMaxMessages = 1024;
  static constexpr size_t kMaxSegments = 64;
  static constexpr size_t kMaxMessageBytes = 65000;
  // Video that has waited this long for the socket is skipped.
  static constexpr Duration kVideoPatience = 20ms;

  explicit SendBatch(BatchSender& sender);

  // A place for one datagram of `size` bytes to `path`, to be written before the next Flush().
  // Empty if the batch is full or the socket is.
  std::span<uint8_t> Add(UdpPath& path, size_t size, bool droppable, Instant now);

  // Sends. True = all is out. False = the socket is full: the rest is kept; call again when it is
  // writable. Video that has become too old meanwhile is skipped and counted in its path.
  bool Flush(Instant now);
  bool blocked() const { return blocked_; }
  bool empty() const { return next_ == messages_.size(); }
  // `path` is about to go: whatever is still kept for it will not be sent.
  void Forget(const UdpPath& path);

  uint64_t skipped() const { return skipped_; }

 private:
  bool Joins(const UdpMessage& message, const UdpPath& path, size_t size, bool droppable) const;
  void SkipLateVideo(Instant now);

  BatchSender& sender_;
  Bytes buffer_;                      // kMaxBytes, never moved
  size_t used_ = 0;                   // bytes of buffer_
  std::vector<UdpMessage> messages_;  // at most kMaxMessages
  size_t next_ = 0;                   // first message not yet sent
  Instant built_{};                   // when the first datagram was added
  bool blocked_ = false;
  uint64_t skipped_ = 0;
};

}  // namespace sluice::net
