// Which packet of the stream left under which sequence number, for NACKs (RFC 4585 §6.2.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// The last kSize packets of one player's track: 8 kB, no packet is held by it. One thread.
class RetransmissionLog {
 public:
  static constexpr size_t kSize = 512;

  void Add(uint16_t sequence_number, uint64_t position);
  // Where the packet is in its TrackRing, if it may be sent again: nullopt if it is not in the log
  // any more, or was last sent again less than `pause` ago. Takes note of the repetition.
  std::optional<uint64_t> TakeForResend(uint16_t sequence_number, Instant now, Duration pause);
  // After the track has got another ring: its positions mean nothing here.
  void Clear() { entries_ = {}; }

 private:
  struct Entry {
    uint64_t position = kNone;
    uint32_t resent_ms = 0;  // of the monotonic clock, wraps; 0 = never
    uint16_t sequence_number = 0;
  };
  static constexpr uint64_t kNone = ~uint64_t{0};

  std::array<Entry, kSize> entries_{};
};

}  // namespace sluice::webrtc_media
