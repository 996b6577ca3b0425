#include "libs/log/rate_limit.h"

#include <catch2/catch.hpp>

#include "libs/base/text.h"

namespace sluice::log {
namespace {

const Instant kStart{1000s};

TEST_CASE("ten lines of one event pass in ten seconds, the next span says what was left out") {
  RateLimit limit;
  for (int i = 0; i < RateLimit::kLinesPerSpan; ++i) CHECK(limit.Allow("bad", kStart) == 0);
  CHECK_FALSE(limit.Allow("bad", kStart + 1s));
  CHECK_FALSE(limit.Allow("bad", kStart + 9999ms));
  CHECK(limit.Allow("bad", kStart + 10s) == 2);
  CHECK(limit.Allow("bad", kStart + 10s) == 0);
}

TEST_CASE("events are limited apart from each other") {
  RateLimit limit;
  for (int i = 0; i < 20; ++i) limit.Allow("noisy", kStart);
  CHECK(limit.Allow("quiet", kStart) == 0);
}

TEST_CASE("events beyond the bound share one entry") {
  RateLimit limit;
  for (size_t i = 0; i < RateLimit::kMostEvents; ++i) limit.Allow(StrCat("event ", i), kStart);
  for (int i = 0; i < RateLimit::kLinesPerSpan; ++i) limit.Allow(StrCat("late ", i), kStart);
  CHECK_FALSE(limit.Allow("another", kStart));
  CHECK(limit.Allow("event 0", kStart) == 0);
}

}  // namespace
}  // namespace sluice::log
