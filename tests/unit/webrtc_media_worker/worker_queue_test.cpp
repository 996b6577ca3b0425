#include "services/webrtc-media/worker_queue.h"

#include <catch2/catch.hpp>
#include <thread>

namespace sluice::webrtc_media {
namespace {

rtp::PacketPtr PacketOf(size_t payload, uint16_t sequence_number = 0) {
  auto packet = std::make_shared<rtp::Packet>();
  packet->payload.resize(payload);
  packet->sequence_number = sequence_number;
  return packet;
}

// The packet's sequence number, or the control command's feed.
uint32_t NumberOf(const WorkerCommand& command) {
  if (const auto* item = std::get_if<FeedItem>(&command)) {
    return std::get<rtp::PacketPtr>(item->item)->sequence_number;
  }
  return std::get<OpenFeed>(command).feed;
}

}  // namespace

TEST_CASE("Packets and control come out in the order they went in") {
  WorkerQueue queue;
  queue.PushControl(OpenFeed{1});
  queue.PushPacket(1, PacketOf(10, 2));
  queue.PushControl(OpenFeed{3});
  for (uint32_t expected : {1u, 2u, 3u}) {
    const auto command = queue.Pop();
    REQUIRE(command.has_value());
    CHECK(NumberOf(*command) == expected);
  }
  CHECK_FALSE(queue.Pop().has_value());
}

TEST_CASE("More than 8 MB of packets are refused until some have been taken") {
  WorkerQueue queue;
  const auto packet = PacketOf(64 << 10);
  size_t pushed = 0;
  while (queue.PushPacket(1, packet)) ++pushed;
  CHECK(pushed == WorkerQueue::kMaxBytes / packet->footprint());
  CHECK(queue.refused_packets() == 1);
  CHECK(queue.bytes() == pushed * packet->footprint());
  queue.Pop();
  CHECK(queue.PushPacket(1, packet));
}

TEST_CASE("The number of packets is bounded, and control still gets in") {
  WorkerQueue queue;
  size_t pushed = 0;
  while (queue.PushPacket(1, PacketOf(1))) ++pushed;
  CHECK(pushed == WorkerQueue::kMaxPackets);
  queue.PushControl(OpenFeed{1});
  CHECK(queue.MoveWaiting());
}

TEST_CASE("Control beyond all slots waits in order, and holds packets back") {
  WorkerQueue queue;
  const auto count = static_cast<uint32_t>(WorkerQueue::kSlots + 10);
  for (uint32_t i = 0; i < count; ++i) queue.PushControl(OpenFeed{i});
  CHECK_FALSE(queue.MoveWaiting());
  CHECK_FALSE(queue.PushPacket(1, PacketOf(1)));
  for (uint32_t i = 0; i < count; ++i) {
    const auto command = queue.Pop();
    REQUIRE(command.has_value());
    CHECK(NumberOf(*command) == i);
    queue.MoveWaiting();
  }
  CHECK(queue.PushPacket(1, PacketOf(1)));
}

TEST_CASE("One thread pushes while another pops") {
  WorkerQueue queue;
  constexpr uint32_t kCount = 50'000;
  std::thread producer([&] {
    for (uint32_t i = 0; i < kCount; ++i) {
      queue.PushControl(OpenFeed{i});
      while (!queue.MoveWaiting()) std::this_thread::yield();
    }
  });
  uint32_t expected = 0;
  while (expected < kCount) {
    const auto command = queue.Pop();
    if (!command) continue;
    if (NumberOf(*command) != expected) break;
    ++expected;
  }
  producer.join();
  CHECK(expected == kCount);
}

}  // namespace sluice::webrtc_media
