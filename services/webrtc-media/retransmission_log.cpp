#include "services/webrtc-media/retransmission_log.h"

namespace sluice::webrtc_media {

void RetransmissionLog::Add(uint16_t sequence_number, uint64_t position) {
  entries_[sequence_number % kSize] = {.position = position, .sequence_number = sequence_number};
}

std::optional<uint64_t> RetransmissionLog::TakeForResend(uint16_t sequence_number, Instant now,
                                                         Duration pause) {
  Entry& entry = entries_[sequence_number % kSize];
  if (entry.position == kNone || entry.sequence_number != sequence_number) return std::nullopt;
  const auto now_ms = static_cast<uint32_t>(ToMilliseconds(now.time_since_epoch()));
  if (entry.resent_ms != 0 && now_ms - entry.resent_ms < ToMilliseconds(pause)) {
    return std::nullopt;
  }
  entry.resent_ms = now_ms != 0 ? now_ms : 1;  // 0 is taken
  return entry.position;
}

}  // namespace sluice::webrtc_media
