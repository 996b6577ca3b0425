#include "services/webrtc-media/sound_redundancy.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {

TEST_CASE("Redundancy follows the loss, and goes 10 s after it") {
  constexpr Instant kStart(100s);
  SoundRedundancy sound;
  CHECK(sound.distance(kStart) == 0);
  sound.OnLoss(0.01, kStart);
  CHECK(sound.distance(kStart) == 0);
  sound.OnLoss(0.02, kStart);
  CHECK(sound.distance(kStart) == 1);
  sound.OnLoss(0.06, kStart + 1s);
  sound.OnLoss(0.02, kStart + 5s);
  CHECK(sound.distance(kStart + 10s) == 2);
  CHECK(sound.distance(kStart + 12s) == 1);
  CHECK(sound.distance(kStart + 16s) == 0);
}

TEST_CASE("Loss that has just begun may be a queue that runs over") {
  constexpr Instant kStart(100s);
  SoundRedundancy sound;
  CHECK_FALSE(sound.settled(kStart));
  sound.OnLoss(0.05, kStart);
  CHECK_FALSE(sound.settled(kStart + 1s));
  sound.OnLoss(0.05, kStart + 1s);
  CHECK(sound.settled(kStart + 2s));
  CHECK_FALSE(sound.settled(kStart + 30s));
}

TEST_CASE("RFC 2198 3: blocks with their offsets and lengths, the primary one last") {
  const Bytes primary = {7, 8, 9};
  const Bytes before = {4, 5};
  const Bytes long_ago(300, 1);
  const std::vector<RedBlock> earlier = {{.ago = 1920, .payload = long_ago},
                                         {.ago = 960, .payload = before}};
  Bytes red(RedSize(earlier, primary));
  WriteRed(earlier, primary, 111, red);
  REQUIRE(red.size() == 4 + 4 + 1 + 300 + 2 + 3);
  CHECK(red[0] == (0x80 | 111));
  CHECK((red[1] << 6 | red[2] >> 2) == 1920);
  CHECK(((red[2] & 3) << 8 | red[3]) == 300);
  CHECK(red[4] == (0x80 | 111));
  CHECK((red[5] << 6 | red[6] >> 2) == 960);
  CHECK(((red[6] & 3) << 8 | red[7]) == 2);
  CHECK(red[8] == 111);
  CHECK(Bytes(red.begin() + 9, red.begin() + 309) == long_ago);
  CHECK(Bytes(red.begin() + 309, red.end()) == Bytes{4, 5, 7, 8, 9});
}

}  // namespace sluice::webrtc_media
