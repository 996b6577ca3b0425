#include "services/webrtc-media/reorder_buffer.h"

#include <catch2/catch.hpp>
#include <random>

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};

struct Sink final : PacketSink {
  void OnPacket(const ReceivedPacket& packet) override {
    order.push_back(packet.rtp.sequence_number);
    CHECK(packet.rtp.payload.size() == 2);
    CHECK((packet.rtp.payload[0] << 8 | packet.rtp.payload[1]) == packet.rtp.sequence_number);
    CHECK(packet.dependency.size() == 1);
  }
  void OnHole() override { order.push_back(-1); }

  std::vector<int> order;  // -1 = a hole
};

struct Source {
  ReorderBuffer::Verdict Give(uint16_t number, Instant now = kStart) {
    const Bytes payload = {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
    const Bytes dependency = {7};
    ReceivedPacket packet{.rtp = {.sequence_number = number, .payload = payload},
                          .arrival = now,
                          .dependency = dependency};
    return buffer.Take(packet, now);
  }
  std::vector<uint16_t> Asked(Instant now) {
    rtp::rtcp::Nack nack;
    std::vector<uint16_t> asked;
    buffer.TakeDue(50ms, now, nack);
    nack.ForEach([&](uint16_t number) { asked.push_back(number); });
    return asked;
  }

  Sink sink;
  ReorderBuffer buffer{sink};
};

using Verdict = ReorderBuffer::Verdict;

}  // namespace

TEST_CASE("Packets behind a gap wait for it, across the wrap of the sequence numbers") {
  Source source;
  CHECK(source.Give(65534) == Verdict::kNew);
  CHECK(source.Give(0) == Verdict::kNew);
  CHECK(source.Give(1) == Verdict::kNew);
  CHECK(source.sink.order == std::vector<int>{65534});
  CHECK(source.buffer.IsMissing(65535));
  CHECK(source.Give(65535) == Verdict::kMissing);
  CHECK(source.sink.order == std::vector<int>{65534, 65535, 0, 1});
  CHECK(source.buffer.complete());
}

TEST_CASE("A packet that has been here, or is older than all, is useless") {
  Source source;
  source.Give(10);
  source.Give(12);
  CHECK(source.Give(12) == Verdict::kUseless);
  CHECK(source.Give(10) == Verdict::kUseless);
  CHECK(source.Give(9) == Verdict::kUseless);
  CHECK(source.sink.order == std::vector<int>{10});
}

TEST_CASE("A gap is given up after its time, and what follows goes on behind a hole") {
  Source source;
  for (uint16_t number : {10, 12, 15, 16}) source.Give(number);
  source.buffer.GiveUp({.time = 100ms}, kStart + 99ms);
  CHECK(source.sink.order == std::vector<int>{10});
  source.buffer.GiveUp({.time = 100ms}, kStart + 100ms);
  CHECK(source.sink.order == std::vector<int>{10, -1, 12, -1, 15, 16});
  CHECK(source.buffer.given_up() == 3);
  CHECK(source.Give(11) == Verdict::kUseless);
  CHECK(source.Give(17) == Verdict::kNew);
}

TEST_CASE("A gap is given up when so many newer packets have come") {
  Source source;
  for (uint16_t number : {10, 12, 13}) source.Give(number);
  source.buffer.GiveUp({.time = 1s, .newer = 3}, kStart);
  CHECK(source.sink.order == std::vector<int>{10});
  source.Give(14);
  source.buffer.GiveUp({.time = 1s, .newer = 3}, kStart);
  CHECK(source.sink.order == std::vector<int>{10, -1, 12, 13, 14});
}

TEST_CASE("No more than a window of packets waits: the oldest gap is given up for the newest") {
  Source source;
  source.Give(0);
  for (int number = 2; number < 2 + ReorderBuffer::kWindow - 2; ++number) {
    source.Give(static_cast<uint16_t>(number));
  }
  CHECK(source.sink.order.size() == 1);
  source.Give(static_cast<uint16_t>(ReorderBuffer::kWindow));
  CHECK(source.sink.order.size() == 1);
  source.Give(static_cast<uint16_t>(ReorderBuffer::kWindow + 1));
  CHECK(source.sink.order[1] == -1);
  CHECK(source.sink.order[2] == 2);
  CHECK(source.sink.order.back() == ReorderBuffer::kWindow + 1);
}

TEST_CASE("A jump beyond the window begins anew, and nothing in between is asked for") {
  Source source;
  source.Give(10);
  source.Give(12);
  CHECK(source.Give(13 + ReorderBuffer::kWindow) == Verdict::kJump);
  CHECK(source.sink.order == std::vector<int>{10, -1, 13 + ReorderBuffer::kWindow});
  CHECK(source.Asked(kStart + 1s).empty());
}

TEST_CASE("A question is repeated after a round trip, from then on twice, ten times at most") {
  Source source;
  source.Give(10);
  source.Give(12);
  CHECK(source.Asked(kStart).empty());  // may be late
  CHECK(source.Asked(kStart + 4ms).empty());
  CHECK(source.Asked(kStart + 10ms) == std::vector<uint16_t>{11});
  CHECK(source.Asked(kStart + 59ms).empty());
  CHECK(source.Asked(kStart + 60ms) == std::vector<uint16_t>{11});
  CHECK(source.Asked(kStart + 69ms).empty());
  CHECK(source.Asked(kStart + 70ms) == std::vector<uint16_t>{11});
  CHECK(source.Asked(kStart + 109ms).empty());
  CHECK(source.Asked(kStart + 110ms) == std::vector<uint16_t>{11});
  int more = 0;
  for (int i = 1; i < 100; ++i)
    more += static_cast<int>(source.Asked(kStart + 110ms + i * 50ms).size());
  CHECK(more == NackList::kMaxTries - 4);
}

TEST_CASE("One NACK asks for a bounded number of packets") {
  Source source;
  source.Give(0);
  source.Give(ReorderBuffer::kWindow - 1);
  CHECK(source.Asked(kStart + 20ms).size() == NackList::kMaxAtOnce);
  CHECK(source.Asked(kStart + 20ms).size() == ReorderBuffer::kWindow - 2 - NackList::kMaxAtOnce);
}

TEST_CASE("The answer's time is measured only where it is clear which question it answers") {
  Source source;
  source.Give(10);
  source.Give(13);
  source.Asked(kStart + 10ms);
  source.Give(11, kStart + 40ms);
  CHECK(source.buffer.answer_time() == 30ms);
  source.Asked(kStart + 100ms);
  source.Give(12, kStart + 101ms);
  CHECK(source.buffer.answer_time() == 30ms);
}

TEST_CASE(
    "Whatever the network does, what comes out is in order, each once, and told of its holes") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u);
  CAPTURE(seed);
  std::mt19937 random(seed);
  Source source;
  Instant now = kStart;
  for (int number = 60000; number < 72000; ++number) {
    const uint16_t behind = random() % 8 == 0 ? static_cast<uint16_t>(random() % 700) : 0;
    if (random() % 10 != 0) source.Give(static_cast<uint16_t>(number - behind), now);
    now += 3ms;
    source.buffer.GiveUp({.time = 200ms}, now);
  }
  REQUIRE_FALSE(source.sink.order.empty());
  int last = source.sink.order.front() - 1;
  bool hole = false;
  for (int number : source.sink.order) {
    if (number < 0) {
      hole = true;
      continue;
    }
    const auto step = static_cast<uint16_t>(number - last);
    const bool follows = (hole && step < 0x8000 && step > 0) || step == 1;
    if (!follows) FAIL("not in order: " << last << ", " << number);
    last = number;
    hole = false;
  }
  CHECK(source.sink.order.size() > 9000);
}

}  // namespace sluice::webrtc_media
