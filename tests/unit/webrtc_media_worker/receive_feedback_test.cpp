// What is told to a publisher: receive_statistics.h, transport_arrivals.h; and
// published_queue.h.
#include <catch2/catch.hpp>

#include "services/webrtc-media/published_queue.h"
#include "services/webrtc-media/receive_statistics.h"
#include "services/webrtc-media/transport_arrivals.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};

struct Told {
  std::vector<std::pair<uint16_t, std::optional<Duration>>> packets;
  int feedbacks = 0;
};

Told Read(const Bytes& compound) {
  Told told;
  rtp::rtcp::CompoundReader reader(compound);
  while (const auto packet = reader.Next()) {
    const auto feedback = rtp::rtcp::ParseTransportFeedback(*packet);
    REQUIRE(feedback);
    ++told.feedbacks;
    feedback->ForEach([&](uint16_t number, std::optional<Duration> arrival) {
      told.packets.emplace_back(number, arrival);
    });
  }
  CHECK(reader.ok());
  return told;
}

}  // namespace

TEST_CASE("RFC 3550 A.8: jitter is the smoothed difference of transit times, once per frame") {
  ReceiveStatistics statistics;
  Instant now = kStart;
  for (uint16_t i = 0; i < 100; ++i) {
    // 30 frames a second of two packets; each second frame is 10 ms late.
    const Duration late = i % 4 < 2 ? 0ms : 10ms;
    statistics.OnPacket(i, 3000u * (i / 2), 90000, now + late);
    if (i % 2 == 1) now += Duration(33'333);
  }
  CHECK(statistics.jitter() == Approx(900).margin(60));
}

TEST_CASE("RFC 3550 A.3: loss is counted across the wrap, duplicates against it") {
  ReceiveStatistics statistics;
  CHECK_FALSE(statistics.TakeBlock(1, kStart));
  for (int i : {65534, 65535, 1, 2}) {
    statistics.OnPacket(static_cast<uint16_t>(i), 0, 90000, kStart);
  }
  auto block = statistics.TakeBlock(1, kStart).value();
  CHECK(block.cumulative_lost == 1);
  CHECK(block.fraction_lost == 256 / 5);
  CHECK(block.extended_highest_sequence == 0x10002);
  CHECK(block.last_sender_report == 0);
  for (uint16_t i : {3, 3, 3}) statistics.OnPacket(i, 0, 90000, kStart);
  block = statistics.TakeBlock(1, kStart).value();
  CHECK(block.cumulative_lost == -1);
  CHECK(block.fraction_lost == 0);
}

TEST_CASE("Arrivals are told each 50 ms, what came late again") {
  TransportArrivals arrivals;
  Bytes compound;
  arrivals.Add(10, kStart);
  arrivals.Add(13, kStart + 4ms);
  arrivals.AppendDue(1, 2, kStart + 49ms, compound);
  CHECK(compound.empty());
  arrivals.AppendDue(1, 2, kStart + 50ms, compound);
  Told told = Read(compound);
  REQUIRE(told.packets.size() == 4);
  CHECK(told.packets[0].second == 0ms);
  CHECK_FALSE(told.packets[1].second);
  CHECK(told.packets[3].second == 4ms);
  compound.clear();
  arrivals.Add(12, kStart + 60ms);
  arrivals.Add(15, kStart + 61ms);
  arrivals.AppendDue(1, 2, kStart + 100ms, compound);
  told = Read(compound);
  REQUIRE(told.packets.size() == 4);
  CHECK(told.packets[0].first == 12);
  CHECK(told.packets[0].second == 60ms);
  CHECK_FALSE(told.packets[2].second);
  compound.clear();
  arrivals.Add(18, kStart + 120ms);
  arrivals.AppendDue(1, 2, kStart + 150ms, compound);
  told = Read(compound);
  REQUIRE(told.packets.size() == 3);  // 16 and 17 lie between the feedbacks
  CHECK(told.packets[0].first == 16);
}

TEST_CASE("Numbers that jump, or are many, make bounded feedback") {
  TransportArrivals arrivals;
  Bytes compound;
  for (uint32_t i = 0; i < 5000; ++i) {
    arrivals.Add(static_cast<uint16_t>(i * 7919), kStart + Duration(i));
  }
  arrivals.AppendDue(1, 2, kStart + 60ms, compound);
  size_t arrived = 0;
  for (const auto& [number, arrival] : Read(compound).packets) arrived += arrival ? 1 : 0;
  CHECK(arrived <= TransportArrivals::kMaxKept);
  CHECK(arrived > 0);
}

TEST_CASE("The way to the home loop is bounded in bytes and batches") {
  PublishedQueue queue;
  const auto items = [] {
    PublishedItems made(1);
    made[0].content = SourceClock{};
    return made;
  };
  PublishedItems big = items();
  CHECK(queue.Push(1, big, PublishedQueue::kMaxBytes));
  CHECK(big.empty());
  PublishedItems more = items();
  CHECK_FALSE(queue.Push(2, more, 1));
  CHECK(more.size() == 1);  // still the publisher's
  CHECK(queue.NeedsWake());
  CHECK_FALSE(queue.NeedsWake());
  queue.OnWoken();
  CHECK(queue.Pop()->publisher == 1);
  CHECK_FALSE(queue.Pop());
  CHECK(queue.bytes() == 0);
  CHECK(queue.NeedsWake());
  for (size_t i = 0; i < PublishedQueue::kSlots; ++i) {
    PublishedItems batch = items();
    REQUIRE(queue.Push(3, batch, 0));
  }
  CHECK_FALSE(queue.Push(3, more, 0));
}

}  // namespace sluice::webrtc_media
