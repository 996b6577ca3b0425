#include "libs/congestion/feedback_adapter.h"

#include <catch2/catch.hpp>

namespace sluice::congestion {
namespace {

constexpr Instant kStart = Instant(4000s);

struct Sender {
  Sender() {
    for (int i = 0; i < 10; ++i) sent.Add(kStart + i * 10ms, 1000);
  }
  FeedbackNews Tell(const Feedback& feedback) {
    return adapter.OnFeedback(feedback, sent, kStart + 200ms);
  }
  SentPackets sent;
  FeedbackAdapter adapter;
};

TEST_CASE("Arrival times are those of the reference time and the deltas, in 250 us") {
  Sender sender;
  const FeedbackNews first =
      sender.Tell({.reference_time = 100, .packets = {{0, true, 4}, {1, true, 44}}});
  REQUIRE(first.received.size() == 2);
  CHECK(first.received[0].sent == kStart);
  CHECK(first.received[1].sent == kStart + 10ms);
  CHECK(first.received[1].arrival - first.received[0].arrival == 10ms);
  const FeedbackNews next = sender.Tell({.reference_time = 101, .packets = {{2, true, 4}}});
  CHECK(next.received[0].arrival - first.received[0].arrival == 64ms);
  CHECK_FALSE(next.clock_jumped);
}

TEST_CASE("The reference time wraps after 24 bits") {
  Sender sender;
  const auto before = sender.Tell({.reference_time = 0xffffff, .packets = {{0, true, 0}}});
  const auto after = sender.Tell({.reference_time = 1, .packets = {{1, true, 0}}});
  CHECK(after.received[0].arrival - before.received[0].arrival == 128ms);
  CHECK_FALSE(after.clock_jumped);
}

TEST_CASE("A reference time far away is another clock") {
  Sender sender;
  sender.Tell({.reference_time = 5, .packets = {{0, true, 0}}});
  CHECK(sender.Tell({.reference_time = 0x7fffff, .packets = {{1, true, 0}}}).clock_jumped);
  CHECK(sender.Tell({.reference_time = 0, .packets = {{2, true, 0}}}).clock_jumped);
}

TEST_CASE("A packet arrives once, and may arrive after it was missed") {
  Sender sender;
  const auto first = sender.Tell({.packets = {{0, true, 0}, {1, false, 0}, {2, true, 8}}});
  CHECK(first.received.size() == 2);
  CHECK(first.lost == 1);
  const auto again = sender.Tell({.packets = {{0, true, 0}, {1, false, 0}, {2, true, 8}}});
  CHECK(again.received.empty());
  CHECK(again.lost == 0);
  const auto late = sender.Tell({.packets = {{1, true, 0}, {2, false, 8}}});
  CHECK(late.received.size() == 1);
  CHECK(late.lost == 0);
}

TEST_CASE("Packets that were not sent are not believed") {
  Sender sender;
  Feedback feedback;
  for (int i = 0; i < 65536; ++i) {
    feedback.packets.push_back({static_cast<uint16_t>(i), true, i});
  }
  CHECK(sender.Tell(feedback).received.size() == 10);
  CHECK(sender.Tell(feedback).received.empty());
}

}  // namespace
}  // namespace sluice::congestion
