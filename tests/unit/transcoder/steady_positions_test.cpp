#include "services/transcoder/steady_positions.h"

#include <catch2/catch.hpp>

namespace sluice::transcoder {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1000 * kMs;

// Through a pipeline that keeps nothing.
int64_t Through(SteadyPositions& positions, int64_t ns) {
  int64_t inside = ns + positions.Enter(ns, ns);
  CHECK(positions.Leave(inside) == ns);
  return inside;
}

TEST_CASE("positions that go on, or jitter, are left as they are") {
  SteadyPositions positions;
  for (int64_t ns :
       {3600 * kSecond, 3600 * kSecond + 40 * kMs, 3600 * kSecond + 20 * kMs, 3604 * kSecond}) {
    CHECK(Through(positions, ns) == ns);
  }
}

TEST_CASE("a jump either way does not reach the pipeline, and is there again behind it") {
  auto jump = GENERATE(-3600 * kSecond, -2 * kSecond, 6 * kSecond, 24 * 3600 * kSecond);
  SteadyPositions positions;
  int64_t begin = 3600 * kSecond;
  int64_t last = Through(positions, begin);
  for (int i = 1; i < 10; ++i) {
    int64_t inside = Through(positions, begin + i * 40 * kMs + (i < 5 ? 0 : jump));
    CHECK(inside - last == 40 * kMs);
    last = inside;
  }
}

TEST_CASE("pictures still in the pipeline at a jump leave with their own times") {
  SteadyPositions positions;
  int64_t before = 3600 * kSecond;
  int64_t after = 10 * kSecond;
  // Reordering: the first is shown 80 ms after it is decoded.
  int64_t first = before + 80 * kMs + positions.Enter(before, before + 80 * kMs);
  int64_t second = before + 40 * kMs + positions.Enter(before + 40 * kMs, before + 40 * kMs);
  int64_t third = after + 80 * kMs + positions.Enter(after, after + 80 * kMs);
  CHECK(second < first);
  CHECK(first < third);
  CHECK(positions.Leave(second) == before + 40 * kMs);
  CHECK(positions.Leave(first) == before + 80 * kMs);
  CHECK(positions.Leave(third) == after + 80 * kMs);
}

TEST_CASE("jumps on their way are bounded") {
  SteadyPositions positions;
  int64_t inside = 0;
  int64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    last = (i % 2 == 0 ? 3600 : 10) * kSecond;
    int64_t now = last + positions.Enter(last, last);
    if (i > 0) CHECK(now > inside);
    inside = now;
  }
  CHECK(positions.Leave(inside) == last);
}

}  // namespace
}  // namespace sluice::transcoder
