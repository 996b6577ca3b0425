#include "services/webrtc-media/published_queue.h"

#include <utility>

namespace sluice::webrtc_media {

bool PublishedQueue::Push(PublisherNumber publisher, PublishedItems& items, size_t bytes) {
  const uint64_t tail = tail_.load(std::memory_order_relaxed);
  if (tail - head_.load(std::memory_order_acquire) == kSlots) return false;
  if (this->bytes() + bytes > kMaxBytes) return false;
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  slots_[tail % kSlots] = {publisher, std::exchange(items, {}), bytes};
  tail_.store(tail + 1, std::memory_order_release);
  return true;
}

std::optional<PublishedBatch> PublishedQueue::Pop() {
  const uint64_t head = head_.load(std::memory_order_relaxed);
  if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
  std::optional<PublishedBatch> batch(std::move(slots_[head % kSlots]));
  head_.store(head + 1, std::memory_order_release);
  bytes_.fetch_sub(batch->bytes, std::memory_order_relaxed);
  return batch;
}

}  // namespace sluice::webrtc_media
