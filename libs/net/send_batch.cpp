#include "libs/net/send_batch.h"

namespace sluice::net {

SendBatch::SendBatch(BatchSender& sender) : sender_(sender), buffer_(kMaxBytes) {
  messages_.reserve(kMaxMessages);
}

std::span<uint8_t> SendBatch::Add(UdpPath& path, size_t size, bool droppable, Instant now) {
  if (blocked_ || used_ + size > kMaxBytes) return {};
  const std::span<uint8_t> place(&buffer_[used_], size);
  if (!messages_.empty() && Joins(messages_.back(), path, size, droppable)) {
    UdpMessage& message = messages_.back();
    message.bytes = {message.bytes.data(), message.bytes.size() + size};
    ++message.segments;
  } else {
    if (messages_.size() == kMaxMessages) return {};
    if (messages_.empty()) built_ = now;
    messages_.push_back({.path = &path,
                         .bytes = place,
                         .segment_size = static_cast<uint16_t>(size),
                         .segments = 1,
                         .droppable = droppable});
  }
  used_ += size;
  return place;
}

// All datagrams of a message are equal but the last: a shorter one ends it.
bool SendBatch::Joins(const UdpMessage& message, const UdpPath& path, size_t size,
                      bool droppable) const {
  return message.path == &path && message.droppable == droppable && size <= message.segment_size &&
         message.bytes.size() == size_t{message.segment_size} * message.segments &&
         message.segments < kMaxSegments && message.bytes.size() + size <= kMaxMessageBytes;
}

bool SendBatch::Flush(Instant now) {
  if (blocked_) SkipLateVideo(now);
  next_ += sender_.Send(std::span(messages_).subspan(next_));
  blocked_ = next_ < messages_.size();
  if (blocked_) return false;
  messages_.clear();
  next_ = 0;
  used_ = 0;
  return true;
}

void SendBatch::SkipLateVideo(Instant now) {
  if (now - built_ < kVideoPatience) return;
  for (UdpMessage& message : std::span(messages_).subspan(next_)) {
    if (!message.droppable || message.path == nullptr) continue;
    message.path->skipped_video += message.segments;
    skipped_ += message.segments;
    message.path = nullptr;
  }
}

void SendBatch::Forget(const UdpPath& path) {
  for (UdpMessage& message : std::span(messages_).subspan(next_)) {
    if (message.path == &path) message.path = nullptr;
  }
}

}  // namespace sluice::net
