#include "libs/rtp/rtcp/transport_feedback.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/hex.h"

namespace sluice::rtp::rtcp {
namespace {

using test::Hex;
using Arrival = TransportFeedback::Arrival;

std::optional<TransportFeedback> Parse(ByteView bytes) {
  CompoundReader reader(bytes);
  auto packet = reader.Next();
  if (!packet) return std::nullopt;
  return ParseTransportFeedback(*packet);
}
Bytes Serialized(const TransportFeedback& feedback) {
  Bytes out;
  Serialize(feedback, out);
  return out;
}
// Header and reference time 1, feedback 2, of `count` packets from 65533 on.
std::string Head(const char* length, const char* count) {
  return std::string("8fcd") + length + "00000001 00000002 fffd" + count + "000001 02";
}

TEST_CASE("draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1: a packet as it was captured") {
  auto feedback = Parse(Hex("afcd0005 fa17fa17 43032fa0 0099 0001 3de802 17 2001 94 01"));
  REQUIRE(feedback);
  CHECK(feedback->sender_ssrc == 0xfa17fa17);
  CHECK(feedback->media_ssrc == 0x43032fa0);
  CHECK(feedback->base_sequence_number == 153);
  CHECK(feedback->packet_count == 1);
  CHECK(feedback->reference_time == 4057090);
  CHECK(feedback->feedback_count == 23);
  REQUIRE(feedback->arrivals.size() == 1);
  CHECK(feedback->arrivals[0].delta * TransportFeedback::kTick == 37ms);
}

TEST_CASE("3.1.3: run length chunks, small and large deltas, negative ones") {
  // 2 small, 3 lost, 1 large.
  auto feedback = Parse(Hex(Head("0007", "0006") + "2002 0003 4001 01 ff ff38 0000"));
  REQUIRE(feedback);
  const absl::InlinedVector<Arrival, 32> expected = {{0, 1}, {1, 255}, {5, -200}};
  CHECK(feedback->arrivals == expected);
  std::map<uint16_t, std::optional<Duration>> seen;
  feedback->ForEach([&](uint16_t number, std::optional<Duration> at) { seen[number] = at; });
  const std::map<uint16_t, std::optional<Duration>> wanted = {
      {65533, 64ms + 250us}, {65534, 64ms + 64ms}, {65535, std::nullopt},
      {0, std::nullopt},     {1, std::nullopt},    {2, 128ms - 50ms}};
  CHECK(seen == wanted);
}

TEST_CASE("3.1.4: status vectors of one and of two bits") {
  // 14 symbols: 1 0 1 and lost ones; then 7: small, large, lost, small.
  auto feedback = Parse(Hex(Head("0007", "0012") + "a800 d840 0a 0b 0c 0100 0d 0000"));
  REQUIRE(feedback);
  const absl::InlinedVector<Arrival, 32> expected = {
      {0, 10}, {2, 11}, {14, 12}, {15, 256}, {17, 13}};
  CHECK(feedback->arrivals == expected);
}

TEST_CASE("3.1.1: the reference time is signed") {
  auto feedback = Parse(Hex("8fcd0005 00000001 00000002 0000 0001 ffffff 00 2001 04 00"));
  REQUIRE(feedback);
  CHECK(feedback->reference_time == -1);
  feedback->ForEach([](uint16_t, std::optional<Duration> at) { CHECK(*at == -63ms); });
}

TEST_CASE("what is written is read again, in as few bytes as the chunks allow") {
  TransportFeedback feedback;
  feedback.base_sequence_number = 65500;
  feedback.reference_time = -7;
  SECTION("all arrived") {
    feedback.packet_count = 250;
    for (uint16_t i = 0; i < 250; ++i) feedback.arrivals.push_back({i, 4});
    CHECK(Serialized(feedback).size() == 4 + 16 + 2 + 250);
  }
  SECTION("every second one is lost") {
    feedback.packet_count = 28;
    for (uint16_t i = 0; i < 28; i += 2) feedback.arrivals.push_back({i, 4});
    CHECK(Serialized(feedback).size() == 4 + 16 + 4 + 14 + 2);
  }
  SECTION("a long gap, large and negative deltas") {
    feedback.packet_count = 30000;
    feedback.arrivals = {{0, 5}, {1, -5}, {2, 32767}, {3, -32768}, {29999, 256}};
  }
  SECTION("nothing arrived") { feedback.packet_count = 65535; }
  CHECK(Parse(Serialized(feedback)) == feedback);
  CHECK(Serialized(feedback).size() % 4 == 0);
}

TEST_CASE("each truncation of a feedback, and lies in it, are refused") {
  const Bytes whole = Hex(Head("0007", "0012") + "a800 d840 0a 0b 0c 0100 0d 0000");
  for (size_t size = 24; size + 4 < whole.size(); size += 4) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    cut[3] = static_cast<uint8_t>(size / 4 - 1);
    CHECK_FALSE(Parse(cut));
  }
  CHECK_FALSE(Parse(Hex(Head("0005", "0000") + "2001 0100")));  // no packets
  CHECK_FALSE(Parse(Hex(Head("0005", "0001") + "2000 0100")));  // a run of none
  CHECK_FALSE(Parse(Hex(Head("0005", "0001") + "6001 0100")));  // a reserved symbol
  CHECK_FALSE(Parse(Hex(Head("0005", "ffff") + "3fff 0100")));  // more deltas than bytes
}

TEST_CASE("a receiver's feedback says arrivals to a quarter of a millisecond") {
  TransportFeedbackBuilder builder(65535, 1000s + 10ms);
  CHECK(builder.Add(65535, 1000s + 10ms));
  CHECK(builder.Add(0, 1000s + 12ms));
  CHECK(builder.Add(3, 1000s + 11ms));  // overtaken
  const TransportFeedback feedback = builder.Build(1, 2, 9);
  CHECK(feedback.packet_count == 5);
  const auto parsed = Parse(Serialized(feedback));
  REQUIRE(parsed);
  CHECK(parsed->feedback_count == 9);
  std::vector<std::optional<Duration>> seen;
  parsed->ForEach([&](uint16_t, std::optional<Duration> at) { seen.push_back(at); });
  const std::vector<std::optional<Duration>> wanted = {1000s + 10ms, 1000s + 12ms, std::nullopt,
                                                       std::nullopt, 1000s + 11ms};
  CHECK(seen == wanted);
}

TEST_CASE("a builder that is full, or cannot say a time, refuses and stays as it was") {
  TransportFeedbackBuilder builder(0, 0s);
  CHECK(builder.Add(0, 1ms));
  CHECK_FALSE(builder.Add(1, 9s));      // more than 32767 ticks
  CHECK_FALSE(builder.Add(0, 1ms));     // not rising
  CHECK_FALSE(builder.Add(1500, 2ms));  // too far
  uint16_t number = 1;
  while (builder.Add(number, 2ms)) ++number;
  CHECK(number == TransportFeedbackBuilder::kMaxArrivals);
  CHECK(Serialized(builder.Build(1, 2, 3)).size() < 1200);
}

TEST_CASE("the largest feedback of a builder fits into a datagram") {
  TransportFeedbackBuilder builder(0, 0s);
  Duration at = 0s;
  for (uint16_t number = 0; number < 1500; number += 6) {
    at += 100ms;
    REQUIRE(builder.Add(number, at));
  }
  CHECK(Serialized(builder.Build(1, 2, 3)).size() < 1200);
}

}  // namespace
}  // namespace sluice::rtp::rtcp
