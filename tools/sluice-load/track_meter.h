// What arrived of one SSRC: packets, holes, repetitions, pauses.
#pragma once

#include <bitset>
#include <cstdint>

#include "libs/base/instant.h"
#include "libs/rtp/sequence_number.h"

namespace sluice::load {

class TrackMeter {
 public:
  // Packets that come later than this many numbers behind the newest one count as repetitions.
  static constexpr int64_t kWindow = 1024;

  void OnPacket(uint16_t sequence_number, Instant now);

  // A packet of this number was sent again on another SSRC (RTX).
  void OnRepair(uint16_t sequence_number);

  uint64_t repaired() const { return repaired_; }  // holes that repairs have filled
  uint64_t received() const { return received_; }  // each number once
  uint64_t duplicates() const { return duplicates_; }
  // Numbers between the first and the newest that never came, not even as repairs.
  uint64_t lost() const;
  Instant last() const { return last_; }  // when the newest packet came
  // The longest time without a packet, the time from the last one to `now` included.
  Duration LongestPause(Instant now) const;

 private:
  rtp::SequenceUnwrapper unwrapper_;
  std::bitset<kWindow> seen_;  // of the newest kWindow numbers, each at its place modulo kWindow
  int64_t first_ = 0;
  int64_t newest_ = 0;
  uint64_t received_ = 0;
  uint64_t repaired_ = 0;
  uint64_t duplicates_ = 0;
  Instant last_{};
  Duration longest_pause_{0};
};

}  // namespace sluice::load
