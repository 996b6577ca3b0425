#include "libs/fanout/wanted_layers.h"

#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

using test::PacketBuilder;

TEST_CASE("together, subscribers want what one of them wants") {
  const WantedLayers high{.unwanted = {2, 3}, .bitrate_bps = 2'000'000};
  const WantedLayers low{.unwanted = {1, 3}, .bitrate_bps = 100'000};
  const WantedLayers unlimited{.unwanted = {1, 2, 3}};
  CHECK(Union({}) == WantedLayers());
  CHECK(Union({&high, &low}) == WantedLayers{.unwanted = {3}, .bitrate_bps = 2'000'000});
  CHECK(Union({&high, &unlimited}) == WantedLayers{.unwanted = {2, 3}});
}

TEST_CASE("a layer passes while it is wanted, and again from a key frame on") {
  LayerGate gate;
  CHECK(gate.Passes(*PacketBuilder(1).Shared()));
  CHECK(gate.SetWanted({.unwanted = {1}}).empty());
  CHECK_FALSE(gate.Passes(*PacketBuilder(1).KeyFrame().Shared()));
  CHECK(gate.Passes(*PacketBuilder(2).Shared()));
  CHECK(gate.SetWanted({}) == std::vector<uint32_t>{1});
  CHECK_FALSE(gate.Passes(*PacketBuilder(1).Shared()));
  CHECK_FALSE(gate.Passes(*PacketBuilder(1).KeyFrame().Starts(false).Shared()));
  CHECK(gate.Passes(*PacketBuilder(1).KeyFrame().Shared()));
  CHECK(gate.Passes(*PacketBuilder(1).Shared()));
}

TEST_CASE("a track with a hole waits for its own key frame, the others go on") {
  LayerGate gate;
  gate.Skip(1);
  CHECK_FALSE(gate.Passes(*PacketBuilder(1).Shared()));
  CHECK(gate.Passes(*PacketBuilder(2).Shared()));
  CHECK(gate.Passes(*PacketBuilder(1).KeyFrame().Shared()));
}

}  // namespace
}  // namespace sluice::fanout
