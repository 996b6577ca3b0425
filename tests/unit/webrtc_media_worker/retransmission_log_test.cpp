#include "services/webrtc-media/retransmission_log.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

constexpr Instant kNow{100s};

}  // namespace

TEST_CASE("A sequence number leads to its packet's position") {
  RetransmissionLog log;
  log.Add(65535, 1000);
  log.Add(0, 1001);
  CHECK(log.TakeForResend(65535, kNow, 10ms) == 1000);
  CHECK(log.TakeForResend(0, kNow, 10ms) == 1001);
  CHECK_FALSE(log.TakeForResend(1, kNow, 10ms).has_value());
}

TEST_CASE("Sequence number 0 and position 0 are not taken for an empty entry") {
  RetransmissionLog log;
  CHECK_FALSE(log.TakeForResend(0, kNow, 10ms).has_value());
  log.Add(0, 0);
  CHECK(log.TakeForResend(0, kNow, 10ms) == 0);
}

TEST_CASE("The log holds 512 packets") {
  RetransmissionLog log;
  for (uint16_t i = 0; i <= RetransmissionLog::kSize; ++i) log.Add(i, i);
  CHECK_FALSE(log.TakeForResend(0, kNow, 10ms).has_value());
  CHECK(log.TakeForResend(1, kNow, 10ms) == 1);
  CHECK(log.TakeForResend(RetransmissionLog::kSize, kNow, 10ms) == RetransmissionLog::kSize);
}

TEST_CASE("Positions may jump, forwards at a skip and backwards at a replay") {
  RetransmissionLog log;
  log.Add(10, 100);
  log.Add(11, 101);
  log.Add(12, 500);
  log.Add(13, 501);
  log.Add(14, 101);
  CHECK(log.TakeForResend(10, kNow, 10ms) == 100);
  CHECK(log.TakeForResend(11, kNow, 10ms) == 101);
  CHECK(log.TakeForResend(12, kNow, 10ms) == 500);
  CHECK(log.TakeForResend(13, kNow, 10ms) == 501);
  CHECK(log.TakeForResend(14, kNow, 10ms) == 101);
}

TEST_CASE("A long run wraps the sequence numbers without mixing old packets with new ones") {
  RetransmissionLog log;
  constexpr uint64_t kPackets = 70'000;
  for (uint64_t i = 0; i < kPackets; ++i) log.Add(static_cast<uint16_t>(i), i);
  for (uint64_t age : {uint64_t{0}, uint64_t{1}, uint64_t{RetransmissionLog::kSize - 1}}) {
    const uint64_t position = kPackets - 1 - age;
    CHECK(log.TakeForResend(static_cast<uint16_t>(position), kNow, 10ms) == position);
  }
  CHECK_FALSE(
      log.TakeForResend(static_cast<uint16_t>(kPackets - 1 - RetransmissionLog::kSize), kNow, 10ms)
          .has_value());
}

TEST_CASE("What left more skips ago than are remembered is not sent again") {
  RetransmissionLog log;
  for (uint16_t i = 0; i <= RetransmissionLog::kRuns; ++i) log.Add(i, 100u * i);
  CHECK_FALSE(log.TakeForResend(0, kNow, 10ms).has_value());
  CHECK(log.TakeForResend(1, kNow, 10ms) == 100);
}

TEST_CASE("The same packet is not given again before the pause is over") {
  RetransmissionLog log;
  log.Add(7, 70);
  REQUIRE(log.TakeForResend(7, kNow, 20ms).has_value());
  CHECK_FALSE(log.TakeForResend(7, kNow + 10ms, 20ms).has_value());
  CHECK(log.TakeForResend(7, kNow + 25ms, 20ms) == 70);
}

TEST_CASE("After Clear() nothing is known") {
  RetransmissionLog log;
  log.Add(7, 70);
  log.Clear();
  CHECK_FALSE(log.TakeForResend(7, kNow, 10ms).has_value());
}

}  // namespace sluice::webrtc_media
