// From one worker to the home loop: what its publishers have sent, without a lock.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "services/webrtc-media/published_item.h"

namespace sluice::webrtc_media {

// Names a publisher between its worker and the home loop; never used twice.
using PublisherNumber = uint32_t;

struct PublishedBatch {
  PublisherNumber publisher = 0;
  PublishedItems items;
  size_t bytes = 0;  // footprint of the packets
};

// Single producer (worker), single consumer (home loop). Bounds: kMaxBytes of packets' footprint
// and kSlots batches. When full, a batch is refused: the publisher then leaves its video out up to
// the next key frame, and sound as far as it did not fit.
class PublishedQueue {
 public:
  static constexpr size_t kMaxBytes = 16 << 20;
  static constexpr size_t kSlots = 4096;

  PublishedQueue() : slots_(kSlots) {}

  // Producer. False: full; `items` is as it was. `bytes`: footprint of the packets in it.
  bool Push(PublisherNumber publisher, PublishedItems& items, size_t bytes);
  // Producer. True if the consumer has to be woken: it may have seen an empty queue since the last
  // true, and not yet what was pushed after that.
  bool NeedsWake() { return !wake_pending_.exchange(true, std::memory_order_acq_rel); }

  // Consumer. To be called first when woken; then Pop() until it is empty.
  void OnWoken() { wake_pending_.exchange(false, std::memory_order_acq_rel); }
  // Consumer. nullopt: empty.
  std::optional<PublishedBatch> Pop();

  // Any thread, for metrics.
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  std::vector<PublishedBatch> slots_;          // kSlots, a power of two
  alignas(64) std::atomic<uint64_t> head_{0};  // next to pop; written by the consumer
  alignas(64) std::atomic<uint64_t> tail_{0};  // next to push; written by the producer
  alignas(64) std::atomic<size_t> bytes_{0};
  std::atomic<bool> wake_pending_{false};
};

}  // namespace sluice::webrtc_media
