#include "services/webrtc-media/worker_queue.h"

#include <utility>

namespace sluice::webrtc_media {
namespace {

const rtp::PacketPtr* PacketOf(const WorkerCommand& command) {
  const auto* item = std::get_if<FeedItem>(&command);
  return item != nullptr ? std::get_if<rtp::PacketPtr>(&item->item) : nullptr;
}

}  // namespace

WorkerQueue::WorkerQueue() : slots_(kSlots) {}

size_t WorkerQueue::size() const {
  return static_cast<size_t>(tail_.load(std::memory_order_relaxed) -
                             head_.load(std::memory_order_acquire));
}

bool WorkerQueue::PushPacket(FeedId feed, const rtp::PacketPtr& packet) {
  if (!MoveWaiting() || size() >= kMaxPackets || bytes() + packet->footprint() > kMaxBytes) {
    refused_.store(refused_packets() + 1, std::memory_order_relaxed);
    return false;
  }
  bytes_.fetch_add(packet->footprint(), std::memory_order_relaxed);
  WorkerCommand command = FeedItem{feed, packet};
  PushSlot(command);  // kMaxPackets is below kSlots
  return true;
}

void WorkerQueue::PushControl(WorkerCommand command) {
  if (!MoveWaiting() || !PushSlot(command)) waiting_.push_back(std::move(command));
}

bool WorkerQueue::MoveWaiting() {
  while (!waiting_.empty()) {
    if (!PushSlot(waiting_.front())) return false;
    waiting_.pop_front();
  }
  return true;
}

bool WorkerQueue::PushSlot(WorkerCommand& command) {
  if (size() == kSlots) return false;
  const uint64_t tail = tail_.load(std::memory_order_relaxed);
  slots_[tail % kSlots] = std::move(command);
  tail_.store(tail + 1, std::memory_order_release);
  return true;
}

std::optional<WorkerCommand> WorkerQueue::Pop() {
  const uint64_t head = head_.load(std::memory_order_relaxed);
  if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
  std::optional<WorkerCommand> command(std::move(slots_[head % kSlots]));
  head_.store(head + 1, std::memory_order_release);
  if (const rtp::PacketPtr* packet = PacketOf(*command)) {
    bytes_.fetch_sub((*packet)->footprint(), std::memory_order_relaxed);
  }
  return command;
}

}  // namespace sluice::webrtc_media
