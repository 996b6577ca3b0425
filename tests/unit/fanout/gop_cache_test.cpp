#include "libs/fanout/gop_cache.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/media_builders.h"

namespace sluice::fanout {
namespace {

using test::AudioTrack;
using test::PacketBuilder;
using test::VideoTrack;

constexpr uint32_t kVideo = 1;
constexpr uint32_t kAudio = 2;
const Instant kStart{100s};

std::vector<Item> SnapshotOf(const GopCache& cache) {
  std::vector<Item> items;
  cache.Snapshot(items);
  return items;
}

TEST_CASE("a joiner gets the description, the clocks, then everything since the last key frame") {
  GopCache cache;
  cache.Push(test::Describe({VideoTrack(), AudioTrack()}));
  cache.Push(rtp::ClockReport{.track_id = kVideo});
  cache.Push(PacketBuilder(kVideo).KeyFrame().At(kStart).Timestamp(1).Shared());
  cache.Push(PacketBuilder(kVideo).KeyFrame().At(kStart).Timestamp(2).Shared());
  cache.Push(PacketBuilder(kAudio).At(kStart).Timestamp(3).Shared());
  cache.Push(PacketBuilder(kVideo).At(kStart).Timestamp(4).Shared());
  auto items = SnapshotOf(cache);
  REQUIRE(items.size() == 5);
  CHECK(std::holds_alternative<DescriptionPtr>(items[0]));
  CHECK(std::holds_alternative<rtp::ClockReport>(items[1]));
  for (size_t i = 2; i < 5; ++i) CHECK(std::get<rtp::PacketPtr>(items[i])->rtp_timestamp == i);
  CHECK(cache.joinable());
}

TEST_CASE("video before the first key frame is not kept, sound is") {
  GopCache cache;
  cache.Push(test::Describe({VideoTrack(), AudioTrack()}));
  cache.Push(PacketBuilder(kVideo).At(kStart).Shared());
  cache.Push(PacketBuilder(kAudio).At(kStart).Shared());
  CHECK(SnapshotOf(cache).size() == 2);
  CHECK_FALSE(cache.joinable());
}

TEST_CASE("a group over the limit of bytes or of age is dropped until the next key frame") {
  GopCache cache({.bytes = 10'000, .age = 5s});
  cache.Push(test::Describe({VideoTrack()}));
  cache.Push(PacketBuilder(kVideo).KeyFrame().At(kStart).Shared());
  SECTION("bytes") {
    for (int i = 0; i < 10; ++i) cache.Push(PacketBuilder(kVideo).Size(1150).At(kStart).Shared());
  }
  SECTION("age") { cache.Push(PacketBuilder(kVideo).At(kStart + 6s).Shared()); }
  CHECK(cache.dropped_groups() == 1);
  CHECK(cache.bytes() == 0);
  CHECK_FALSE(cache.joinable());
  cache.Push(PacketBuilder(kVideo).At(kStart + 7s).Shared());
  CHECK(cache.bytes() == 0);
  cache.Push(PacketBuilder(kVideo).KeyFrame().At(kStart + 8s).Shared());
  CHECK(cache.joinable());
}

TEST_CASE(
    "a publisher that sends no key frame for a minute fills the cache up to its limits only") {
  GopCache cache;
  GopCache::Limits limits;
  cache.Push(test::Describe({VideoTrack(), AudioTrack()}));
  cache.Push(PacketBuilder(kVideo).KeyFrame().At(kStart).Shared());
  size_t most = 0;
  for (int i = 1; i <= 60 * 25; ++i) {
    Instant now = kStart + i * 40ms;
    for (int j = 0; j < 10; ++j) cache.Push(PacketBuilder(kVideo).Size(1150).At(now).Shared());
    cache.Push(PacketBuilder(kAudio).Size(200).At(now).Shared());
    most = std::max(most, cache.bytes());
  }
  CHECK(most <= limits.bytes);
  CHECK(cache.dropped_groups() == 1);
  CHECK_FALSE(cache.joinable());
  CHECK(SnapshotOf(cache).size() <= 1 + 6);  // sound of 200 ms
}

TEST_CASE("a stream of sound only keeps the last 200 ms and is always joinable") {
  GopCache cache;
  cache.Push(test::Describe({AudioTrack()}));
  CHECK(cache.joinable());
  for (int i = 0; i < 100; ++i) cache.Push(PacketBuilder(1).At(kStart + i * 20ms).Shared());
  CHECK(SnapshotOf(cache).size() == 1 + 11);
}

constexpr uint32_t kLarge = 1;
constexpr uint32_t kSmall = 2;
constexpr uint32_t kSound = 3;

struct TwoLayers {
  explicit TwoLayers(GopCache::Limits limits = {}) : cache(limits) {
    cache.Push(test::Describe({VideoTrack(), VideoTrack(), AudioTrack()}));
  }
  void Push(uint32_t track, uint32_t number, bool key_frame = false, Duration at = {}) {
    PacketBuilder packet(track);
    if (key_frame) packet.KeyFrame();
    cache.Push(packet.At(kStart + at).Timestamp(number).Shared());
  }
  std::vector<uint32_t> Kept() const {
    std::vector<uint32_t> numbers;
    for (const Item& item : SnapshotOf(cache)) {
      const auto* packet = std::get_if<rtp::PacketPtr>(&item);
      if (packet != nullptr) numbers.push_back((*packet)->rtp_timestamp);
    }
    return numbers;
  }
  GopCache cache;
};

TEST_CASE("each layer is kept since its own key frame, and sound since the oldest of them") {
  TwoLayers layers;
  layers.Push(kSound, 1);
  layers.Push(kLarge, 2, true);
  layers.Push(kSound, 3);
  layers.Push(kSmall, 4);  // of a group whose key frame nobody has seen
  layers.Push(kSmall, 5, true);
  layers.Push(kLarge, 6);
  layers.Push(kSound, 7);
  CHECK(layers.Kept() == std::vector<uint32_t>{2, 3, 5, 6, 7});
  layers.Push(kLarge, 8, true);
  layers.Push(kSmall, 9);
  CHECK(layers.Kept() == std::vector<uint32_t>{5, 7, 8, 9});
}

TEST_CASE("a layer that has stopped does not keep sound beyond the limit of age") {
  TwoLayers layers({.age = 5s});
  layers.Push(kLarge, 1, true);
  layers.Push(kSmall, 2, true);
  layers.Push(kSound, 3);
  layers.Push(kSmall, 4, true, 4s);
  layers.Push(kSound, 5, false, 6s);
  CHECK(layers.Kept() == std::vector<uint32_t>{4, 5});
  CHECK(layers.cache.dropped_groups() == 1);
  CHECK(layers.cache.joinable());
}

TEST_CASE("the bound of bytes is the whole's: the oldest group goes first") {
  TwoLayers layers({.bytes = 10 * PacketBuilder(1).Shared()->footprint()});
  layers.Push(kSmall, 1, true);
  layers.Push(kSound, 2);
  layers.Push(kLarge, 3, true);
  for (uint32_t i = 4; i < 14; ++i) layers.Push(kLarge, i);
  // At the eleventh packet the small layer went, then the large one, with it what was left.
  CHECK(layers.cache.bytes() == 0);
  CHECK(layers.cache.dropped_groups() == 2);
  layers.Push(kSmall, 20, true);
  CHECK(layers.Kept() == std::vector<uint32_t>{20});
}

TEST_CASE("a layer can be forgotten alone, and is when it leaves the description") {
  TwoLayers layers;
  layers.Push(kLarge, 1, true);
  layers.Push(kSmall, 2, true);
  SECTION("on request") { layers.cache.DropGroup(kLarge); }
  SECTION("with its track") {
    auto left = std::make_shared<media::StreamDescription>(*layers.cache.description());
    left->tracks.erase(left->tracks.begin());
    layers.cache.Push(DescriptionPtr(left));
  }
  CHECK(layers.Kept() == std::vector<uint32_t>{2});
}

TEST_CASE("the clock of a track that has gone is forgotten") {
  GopCache cache;
  cache.Push(test::Describe({VideoTrack(), AudioTrack()}));
  cache.Push(rtp::ClockReport{.track_id = kAudio});
  cache.Push(test::Describe({VideoTrack()}, 2));
  CHECK(SnapshotOf(cache).size() == 1);
}

}  // namespace
}  // namespace sluice::fanout
