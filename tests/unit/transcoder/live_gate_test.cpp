#include "services/transcoder/live_gate.h"

#include <catch2/catch.hpp>

namespace sluice::transcoder {
namespace {

using Verdict = LiveGate::Verdict;

TEST_CASE("a rendition begins when decoding has caught up with what has come") {
  LiveGate gate;
  CHECK(gate.Decide(1, 5s, true) == Verdict::kBeforeLiveEdge);
  CHECK(gate.Decide(2, 101ms, true) == Verdict::kBeforeLiveEdge);
  CHECK_FALSE(gate.begun());
  CHECK(gate.Decide(3, 100ms, true) == Verdict::kEncode);
  CHECK(gate.begun());
}

TEST_CASE("of a source with few pictures the last one begins the rendition, unless it is old") {
  LiveGate gate;
  CHECK(gate.Decide(1, 1501ms, false) == Verdict::kBeforeLiveEdge);
  CHECK(gate.Decide(2, 1500ms, false) == Verdict::kEncode);
}

TEST_CASE("a slow encoder gets fewer pictures, and the newest one always") {
  LiveGate gate;
  REQUIRE(gate.Decide(1, 0s, false) == Verdict::kEncode);
  CHECK(gate.Decide(2, 250ms, true) == Verdict::kEncode);
  CHECK(gate.Decide(3, 251ms, true) == Verdict::kTooSlow);
  CHECK(gate.Decide(4, 251ms, false) == Verdict::kEncode);
  CHECK(gate.Decide(5, 10ms, true) == Verdict::kEncode);
}

TEST_CASE("what is not later than the last picture encoded is left out") {
  LiveGate gate;
  REQUIRE(gate.Decide(10, 0s, false) == Verdict::kEncode);
  CHECK(gate.Decide(10, 0s, false) == Verdict::kTimeStandsStill);
  CHECK(gate.Decide(9, 0s, false) == Verdict::kTimeStandsStill);
  CHECK(gate.Decide(11, 0s, false) == Verdict::kEncode);
}

}  // namespace
}  // namespace sluice::transcoder
