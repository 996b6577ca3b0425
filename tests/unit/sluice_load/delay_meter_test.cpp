#include "tools/sluice-load/delay_meter.h"

#include <catch2/catch.hpp>

using namespace sluice;

TEST_CASE("Delays are told once the server's offset of timestamps is known") {
  load::SentPictures sent;
  load::DelayMeter meter(sent);
  constexpr uint32_t kOffset = 123456;
  Instant now{1000s};
  std::vector<Duration> delays;
  for (uint32_t timestamp = 0; timestamp < 20 * 3000; timestamp += 3000) {
    sent.Add(timestamp, now);
    if (auto delay = meter.OnPicture(timestamp + kOffset, now + 4ms)) delays.push_back(*delay);
    now += 33ms;
  }
  CHECK(delays == std::vector<Duration>(15, 4ms));
}

TEST_CASE("The cached pictures of a joiner are no delays") {
  load::SentPictures sent;
  load::DelayMeter meter(sent);
  const Instant now{1000s};
  sent.Add(300'000, now - 10ms);
  for (uint32_t timestamp = 0; timestamp <= 300'000; timestamp += 3000)
    CHECK_FALSE(meter.OnPicture(timestamp, now).has_value());
}
