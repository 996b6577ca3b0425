#include "libs/congestion/bandwidth_estimator.h"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/unit/congestion/simulated_player.h"

namespace sluice::congestion {
namespace {

TEST_CASE("A link with room is not taken for a full one") {
  const uint32_t seed = GENERATE(1, 2, 3);
  INFO("seed " << seed);
  SimulatedPlayer player({.rate = 10e6, .jitter = 10ms}, 2.5e6, seed);
  player.KeyFrames(60, 8);
  player.Run(30s, [&] { REQUIRE(player.estimator.rate() > 2.5e6); });
  CHECK_FALSE(player.estimator.limited(player.now));
}

TEST_CASE(
    "When the link becomes narrow, the estimate is below it within 700 ms, near it, and stays") {
  const uint32_t seed = GENERATE(1, 2, 3);
  INFO("seed " << seed);
  SimulatedPlayer player({.rate = 4e6}, 2.5e6, seed);
  player.Run(5s);
  player.link.Reshape({.rate = 1e6});
  player.Run(700ms);
  CHECK(player.estimator.rate() < 1e6);
  CHECK(player.estimator.rate() > 0.6e6);
  CHECK(player.estimator.limited(player.now));
  player.Run(2s);
  CHECK(player.estimator.rate() < 1e6);
}

TEST_CASE("The queue empties when no more than the estimate is sent") {
  SimulatedPlayer player({.rate = 4e6}, 2.5e6);
  player.Run(5s);
  player.link.Reshape({.rate = 1e6});
  player.Run(1s);
  player.SendAt(0.8 * player.estimator.rate());
  player.Run(2s);
  CHECK(player.link.waiting(player.now) < 50ms);
}

TEST_CASE("4 -> 1 -> 4 Mbit/s: a probe finds the room again within 6 s") {
  const uint32_t seed = GENERATE(1, 2, 3, 4);
  INFO("seed " << seed);
  SimulatedPlayer player({.rate = 4e6, .jitter = 3ms}, 2.5e6, seed);
  player.Run(5s);
  player.link.Reshape({.rate = 1e6, .jitter = 3ms});
  player.Run(1s);
  player.SendAt(400e3);
  player.Want(2.8e6);
  // Our own probes do not make it give up what is carried.
  player.Run(19s, [&] { REQUIRE(player.estimator.rate() > 400e3); });
  CHECK(player.estimator.rate() < 1.1e6);
  CHECK(player.padding < 200'000);
  player.link.Reshape({.rate = 4e6, .jitter = 3ms});
  player.Run(6s);
  CHECK(player.estimator.rate() > 2.5e6);
}

TEST_CASE("Random loss without a queue does not take the rate below what is carried") {
  const double loss = GENERATE(0.02, 0.05, 0.08);
  const uint32_t seed = GENERATE(1, 2, 3);
  INFO("loss " << loss << ", seed " << seed);
  SimulatedPlayer player({.rate = 10e6, .loss = loss}, 2.5e6, seed);
  player.Run(60s, [&] { REQUIRE(player.estimator.rate() > 2.5e6); });
}

TEST_CASE("A link that always loses much is not taken for a full one for long") {
  const uint32_t seed = GENERATE(1, 2, 3);
  INFO("seed " << seed);
  SimulatedPlayer player({.rate = 10e6, .loss = 0.25}, 2.5e6, seed);
  player.Run(10s);
  player.SendAt(500e3);  // as a sender does that believes the first cut
  player.Want(2.8e6);
  player.Run(10s);
  CHECK(player.estimator.rate() > 1.5e6);
}

TEST_CASE("A link that drops what is too much, without a queue, is found by its loss") {
  SimulatedPlayer player({.rate = 1e6, .queue = 4ms}, 2.5e6);
  player.Run(10s);
  CHECK(player.estimator.rate() < 1.5e6);
  CHECK(player.estimator.limited(player.now));
}

TEST_CASE("When nothing comes back the rate is halved each second, and never reaches zero") {
  SimulatedPlayer player({.rate = 4e6}, 2.5e6);
  player.Run(5s);
  player.link.Reshape({.rate = 4e6, .loss = 1});
  player.Run(3s);
  CHECK(player.estimator.rate() < 2e6);
  player.Run(60s);
  CHECK(player.estimator.rate() == kLowestRate);
}

TEST_CASE("Lies are bounded") {
  BandwidthEstimator estimator;
  const Instant now(1000s);
  std::vector<uint16_t> numbers;
  for (int i = 0; i < 500; ++i) numbers.push_back(estimator.OnSent(1200, now + i * 1ms));
  SECTION("feedback of the future, with arrivals at all times") {
    Feedback feedback{.reference_time = 0xabcdef};
    for (int i = 0; i < 5000; ++i) {
      feedback.packets.push_back({static_cast<uint16_t>(i + 400), true, (i % 2 ? 1 : -1) << 30});
    }
    for (int i = 0; i < 100; ++i) {
      feedback.reference_time *= 3;
      estimator.OnFeedback(feedback, now + i * 50ms);
      estimator.OnTick(1e12, now + i * 50ms);
    }
  }
  SECTION("everything arrived at once") {
    Feedback feedback;
    for (uint16_t number : numbers) feedback.packets.push_back({number, true, 0});
    for (int i = 0; i < 10; ++i) estimator.OnFeedback(feedback, now + 1s);
  }
  SECTION("nothing arrived") {
    Feedback feedback;
    for (uint16_t number : numbers) feedback.packets.push_back({number, false, 0});
    for (int i = 0; i < 10; ++i) estimator.OnFeedback(feedback, now + i * 1s);
  }
  CHECK(estimator.rate() >= kLowestRate);
  CHECK(estimator.rate() <= kHighestRate);
  CHECK(estimator.PaddingDue(now + 6s) <= Prober::kMostBytes);
}

TEST_CASE("REMB is an upper bound within reason, and does not hold for ever") {
  BandwidthEstimator estimator;
  const Instant now(1000s);
  estimator.OnReceiverEstimate(0, now);
  CHECK(estimator.rate() == kLowestRate);
  estimator.OnReceiverEstimate(uint64_t{1} << 63, now);
  CHECK(estimator.rate() == kHighestRate);
  estimator.OnReceiverEstimate(std::numeric_limits<uint64_t>::max(), now);
  CHECK(estimator.rate() == kHighestRate);
  estimator.OnReceiverEstimate(700'000, now);
  CHECK(estimator.rate() == 700'000);
  CHECK(estimator.limited(now));
  estimator.OnTick(0, now + 30s);
  CHECK(estimator.rate() == BandwidthEstimator::kStart);
  CHECK_FALSE(estimator.limited(now + 30s));
}

TEST_CASE("Reported loss counts when there is nothing better") {
  BandwidthEstimator estimator;
  Instant now(1000s);
  for (int i = 0; i < 5; ++i, now += 1s) estimator.OnReportedLoss(0, 250, 2.5e6, now);
  CHECK_FALSE(estimator.limited(now));
  for (int i = 0; i < 2; ++i, now += 1s) estimator.OnReportedLoss(128, 250, 2.5e6, now);
  CHECK(estimator.limited(now));
  CHECK(estimator.rate() < BandwidthEstimator::kStart);
}

}  // namespace
}  // namespace sluice::congestion
