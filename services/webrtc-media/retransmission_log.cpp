#include "services/webrtc-media/retransmission_log.h"

#include <algorithm>

namespace sluice::webrtc_media {

void RetransmissionLog::Add(uint16_t sequence_number, uint64_t position) {
  Run* run = &runs_[newest_];
  const bool goes_on = run->length > 0 && run->next_sequence_number == sequence_number &&
                       run->next_position == position;
  if (!goes_on) {
    if (run->length > 0) newest_ = (newest_ + 1) % kRuns;
    run = &runs_[newest_];
    run->length = 0;
  }
  run->next_position = position + 1;
  run->next_sequence_number = static_cast<uint16_t>(sequence_number + 1);
  run->length = std::min<uint16_t>(run->length + 1, kSize);
}

std::optional<uint64_t> RetransmissionLog::Find(uint16_t sequence_number) const {
  const auto age = [&](const Run& run) {  // 0: its last packet
    return static_cast<uint16_t>(run.next_sequence_number - 1 - sequence_number);
  };
  if (age(runs_[newest_]) >= kSize) return std::nullopt;
  const auto run = std::find_if(runs_.begin(), runs_.end(),
                                [&](const Run& known) { return age(known) < known.length; });
  if (run == runs_.end()) return std::nullopt;
  return run->next_position - 1 - age(*run);
}

std::optional<uint64_t> RetransmissionLog::TakeForResend(uint16_t sequence_number, Instant now,
                                                         Duration pause) {
  const auto position = Find(sequence_number);
  if (!position) return std::nullopt;
  if (repetitions_ == nullptr) repetitions_ = std::make_unique<Repetitions>();
  Repetition& last = (*repetitions_)[sequence_number % repetitions_->size()];
  const auto now_ms = static_cast<uint32_t>(ToMilliseconds(now.time_since_epoch()));
  const bool again = last.resent_ms != 0 && last.sequence_number == sequence_number;
  if (again && now_ms - last.resent_ms < ToMilliseconds(pause)) return std::nullopt;
  last = {.resent_ms = now_ms != 0 ? now_ms : 1,  // 0 is taken
          .sequence_number = sequence_number};
  return position;
}

void RetransmissionLog::Clear() {
  runs_ = {};
  repetitions_.reset();
}

}  // namespace sluice::webrtc_media
