// How long pictures take from our publisher to our players.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "libs/base/instant.h"

namespace sluice::load {

// One stream's pictures as they were sent, found again by RTP timestamp. Servers may shift
// timestamps by an offset of their own: each player learns its own.
class SentPictures {
 public:
  // The last byte of the picture is about to be sent. timestamp: 90 kHz.
  void Add(uint32_t timestamp, Instant sent);
  std::optional<Instant> Find(uint32_t timestamp) const;
  // Timestamp of the newest one that was sent before `now`.
  std::optional<uint32_t> NewestBefore(Instant now) const;

 private:
  struct Picture {
    uint32_t timestamp = 0;
    Instant sent{};  // Instant{}: empty
  };
  std::array<Picture, 128> pictures_{};
  size_t next_ = 0;
};

// One player's side.
class DelayMeter {
 public:
  // `sent` outlives it.
  explicit DelayMeter(const SentPictures& sent) : sent_(sent) {}

  // The last packet of a picture has come. nullopt: the offset is not known yet, or the picture is
  // not (any more): cached ones of a joiner.
  std::optional<Duration> OnPicture(uint32_t timestamp, Instant received);

 private:
  static constexpr int kSure = 5;  // pictures in a row with the same offset

  const SentPictures& sent_;
  uint32_t offset_ = 0;
  int agreed_ = 0;
};

}  // namespace sluice::load
