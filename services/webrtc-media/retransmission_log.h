// Which packet of the stream left under which sequence number, for NACKs (RFC 4585 §6.2.1).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "libs/base/instant.h"

namespace sluice::webrtc_media {

// The last kSize packets of one player's track; no packet is held by it. Sequence numbers and
// positions go on together but for skips, so runs of them are kept, not packets: 280 bytes, and
// 1 kB more once a packet was sent again. One thread.
class RetransmissionLog {
 public:
  static constexpr size_t kSize = 512;
  // Skips that are remembered; what was sent before them is not sent again.
  static constexpr size_t kRuns = 16;

  void Add(uint16_t sequence_number, uint64_t position);
  // Where the packet is in its TrackRing, if it may be sent again: nullopt if it is not in the log
  // any more, or was last sent again less than `pause` ago. Takes note of the repetition.
  std::optional<uint64_t> TakeForResend(uint16_t sequence_number, Instant now, Duration pause);
  // After the track has got another ring: its positions mean nothing here.
  void Clear();

 private:
  // Packets that left one after the other, up to the one before next_....
  struct Run {
    uint64_t next_position = 0;
    uint16_t next_sequence_number = 0;
    uint16_t length = 0;  // at most kSize
  };
  struct Repetition {
    uint32_t resent_ms = 0;  // of the monotonic clock, wraps; 0 = never
    uint16_t sequence_number = 0;
  };
  // By sequence number modulo its size: more are lost at once only where a key frame is the cure.
  using Repetitions = std::array<Repetition, 128>;

  std::optional<uint64_t> Find(uint16_t sequence_number) const;

  std::array<Run, kRuns> runs_{};
  size_t newest_ = 0;
  std::unique_ptr<Repetitions> repetitions_;  // from the first one on
};

}  // namespace sluice::webrtc_media
