#include "libs/congestion/sent_packets.h"

#include <catch2/catch.hpp>

namespace sluice::congestion {
namespace {

constexpr Instant kStart = Instant(4000s);

TEST_CASE("A packet is found by its number, with its time and size") {
  SentPackets sent;
  const uint16_t first = sent.Add(kStart, 1200);
  const uint16_t second = sent.Add(kStart + 5ms, 300, 7);
  CHECK(second == static_cast<uint16_t>(first + 1));
  REQUIRE(sent.Find(first) != nullptr);
  CHECK(sent.Find(first)->size == 1200);
  REQUIRE(sent.Find(second) != nullptr);
  CHECK(sent.Find(second)->probe == 7);
  CHECK(sent.Find(second)->SentAt(kStart + 1200s) == kStart + 5ms);
}

TEST_CASE("What was not sent is not found") {
  SentPackets sent;
  CHECK(sent.Find(0) == nullptr);
  const uint16_t last = sent.Add(kStart, 1200);
  CHECK(sent.Find(static_cast<uint16_t>(last + 1)) == nullptr);
  CHECK(sent.Find(static_cast<uint16_t>(last - 1)) == nullptr);
  CHECK(sent.Find(static_cast<uint16_t>(last + 0x8000)) == nullptr);
}

TEST_CASE("Numbers go on across the wrap") {
  SentPackets sent;
  for (int i = 0; i < 65536 + 10; ++i) {
    const uint16_t number = sent.Add(kStart + i * 1ms, 100 + static_cast<size_t>(i % 7));
    sent.Release(number);
  }
  CHECK(sent.Find(9)->size == 100 + (65536 + 9) % 7);
  CHECK(sent.Find(65535)->size == 100 + 65535 % 7);
  CHECK(sent.capacity() == SentPackets::kMinSize);
}

TEST_CASE(
    "Without a packet there is no memory; it grows while nothing is heard, within its bound") {
  SentPackets sent;
  CHECK(sent.capacity() == 0);
  for (size_t i = 0; i < 3 * SentPackets::kMaxSize; ++i) sent.Add(kStart, 1200);
  CHECK(sent.capacity() == SentPackets::kMaxSize);
  const auto last = static_cast<uint16_t>(sent.count() - 1);
  CHECK(sent.Find(last) != nullptr);
  CHECK(sent.Find(static_cast<uint16_t>(last - SentPackets::kMaxSize + 1)) != nullptr);
  CHECK(sent.Find(static_cast<uint16_t>(last - SentPackets::kMaxSize)) == nullptr);
}

TEST_CASE("Packets that nothing was heard of for long make room") {
  SentPackets sent;
  for (int i = 0; i < 2000; ++i) sent.Add(kStart + i * 20ms, 100);
  CHECK(sent.capacity() == SentPackets::kMinSize);
}

}  // namespace
}  // namespace sluice::congestion
