#include "libs/congestion/layer_selector.h"

#include <array>
#include <catch2/catch.hpp>

namespace sluice::congestion {
namespace {

constexpr std::array<double, 3> kRates = {150e3, 500e3, 2.5e6};
constexpr Instant kStart = Instant(1000s);

struct Viewer {
  std::optional<size_t> See(double estimate, Duration length, bool limited = true) {
    std::optional<size_t> chosen;
    for (const Instant end = now + length; now < end; now += 100ms) {
      chosen = selector.Choose(kRates, estimate, limited, now);
    }
    return chosen;
  }
  LayerSelector selector;
  Instant now = kStart;
};

TEST_CASE("The best one is sent until the link is known to carry less") {
  Viewer viewer;
  CHECK(viewer.See(300e3, 10s, false) == 2);
}

TEST_CASE("Down at once when far too much is sent, within 500 ms when a little too much is") {
  Viewer viewer;
  viewer.See(5e6, 1s);
  CHECK(viewer.selector.Choose(kRates, 0.85e6, true, viewer.now) == 1);
  Viewer other;
  other.See(5e6, 1s);
  CHECK(other.selector.Choose(kRates, 1.8e6, true, other.now) == 2);
  CHECK(other.See(1.8e6, 600ms) == 1);
}

TEST_CASE("A little less than it needs keeps a layer") {
  Viewer viewer;
  viewer.See(5e6, 1s);
  CHECK(viewer.See(2.3e6, 60s) == 2);
}

TEST_CASE("Up when there is clearly room, and not right after a step down") {
  Viewer viewer;
  viewer.See(5e6, 1s);
  CHECK(viewer.See(0.85e6, 500ms) == 1);
  CHECK(viewer.See(5e6, 1300ms) == 1);
  CHECK(viewer.See(5e6, 1s) == 2);
}

TEST_CASE("Down when what was chosen does not get through, and not below the lowest") {
  Viewer viewer;
  CHECK(viewer.See(5e6, 1s) == 2);
  viewer.selector.StepDown(viewer.now);
  CHECK(viewer.See(5e6, 1s) == 1);
  viewer.selector.StepDown(viewer.now);
  viewer.selector.StepDown(viewer.now);
  CHECK(viewer.See(5e6, 1s) == 0);
  CHECK(viewer.See(5e6, 2s) == 2);
}

TEST_CASE("Steps up that turn out wrong become rare") {
  Viewer viewer;
  viewer.See(5e6, 1s);
  int steps_up = 0;
  std::optional<size_t> last = 2;
  for (int i = 0; i < 600; ++i) {  // a minute of an estimate that breaks in under the top layer
    const auto chosen = viewer.See(last == 2 ? 0.9e6 : 3e6, 100ms);
    if (last && chosen && *chosen > *last) ++steps_up;
    last = chosen;
  }
  CHECK(steps_up <= 6);
  CHECK(steps_up >= 1);
}

TEST_CASE("The lowest one is given up only after seconds of far too little, and comes back") {
  Viewer viewer;
  viewer.See(5e6, 1s);
  CHECK(viewer.See(120e3, 60s) == 0);
  CHECK(viewer.See(80e3, 2s) == 0);
  CHECK(viewer.See(80e3, 2s) == std::nullopt);
  CHECK(viewer.See(160e3, 2s) == 0);
}

TEST_CASE("The wanted rate is where it would go up") {
  CHECK(LayerSelector::WantedRate(kRates, 1) * LayerSelector::kUp == Approx(kRates[2]));
  CHECK(LayerSelector::WantedRate(kRates, std::nullopt) == kRates[0]);
  CHECK(LayerSelector::WantedRate({}, 0) == 0);
}

TEST_CASE("A list that has become shorter is no problem") {
  Viewer viewer;
  viewer.See(5e6, 1s);
  CHECK(viewer.selector.Choose(std::span(kRates).first(1), 5e6, true, viewer.now) == 0);
  CHECK(viewer.selector.Choose({}, 5e6, true, viewer.now) == std::nullopt);
}

}  // namespace
}  // namespace sluice::congestion
