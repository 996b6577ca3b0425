#include "services/ingest/player_queue.h"

#include <catch2/catch.hpp>

namespace sluice::ingest {
namespace {

constexpr size_t kLimit = 8000;

TEST_CASE("a player that keeps up gets everything") {
  PlayerQueue queue(kLimit);
  for (auto kind :
       {PlayKind::kHeader, PlayKind::kKeyFrame, PlayKind::kInterFrame, PlayKind::kSound}) {
    CHECK(queue.Admit(kind, 0));
    CHECK(queue.Admit(kind, kLimit));
  }
  CHECK(queue.skipped_video() == 0);
  CHECK(queue.skipped_audio() == 0);
}

TEST_CASE("a full queue leaves pictures out up to the next key frame that finds it half empty") {
  PlayerQueue queue(kLimit);
  CHECK_FALSE(queue.Admit(PlayKind::kInterFrame, kLimit + 1));
  CHECK_FALSE(queue.Admit(PlayKind::kInterFrame, 0));
  CHECK_FALSE(queue.Admit(PlayKind::kKeyFrame, kLimit / 2 + 1));
  CHECK_FALSE(queue.Admit(PlayKind::kInterFrame, 0));
  CHECK(queue.Admit(PlayKind::kKeyFrame, kLimit / 2));
  CHECK(queue.Admit(PlayKind::kInterFrame, kLimit));
  CHECK(queue.skipped_video() == 4);
}

TEST_CASE("sound goes on into an eighth more, headers always") {
  PlayerQueue queue(kLimit);
  CHECK_FALSE(queue.Admit(PlayKind::kInterFrame, kLimit + 1));
  CHECK(queue.Admit(PlayKind::kSound, kLimit + kLimit / 8));
  CHECK_FALSE(queue.Admit(PlayKind::kSound, kLimit + kLimit / 8 + 1));
  CHECK(queue.Admit(PlayKind::kHeader, 100 * kLimit));
  CHECK(queue.skipped_audio() == 1);
}

}  // namespace
}  // namespace sluice::ingest
