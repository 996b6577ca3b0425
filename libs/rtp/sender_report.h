// The clock of one track: which RTP timestamp belongs to which moment of the stream's timeline.
#pragma once

#include <cstdint>

#include "libs/base/instant.h"

namespace sluice::rtp {

// As carried by an RTCP sender report (RFC 3550 §6.4.1), without its counters.
struct ClockReport {
  uint32_t track_id = 0;
  uint32_t ssrc = 0;
  NtpTime ntp;                 // on the publication host's clock
  uint32_t rtp_timestamp = 0;  // of the same moment
  uint32_t clock_rate = 90000;

  // The moment of another timestamp of this track, at most 2^31 ticks away.
  NtpTime TimeOf(uint32_t timestamp) const {
    auto ticks = static_cast<int32_t>(timestamp - rtp_timestamp);
    return ntp.Plus(Duration(static_cast<int64_t>(ticks) * 1'000'000 / clock_rate));
  }
  // The timestamp that belongs to a moment.
  uint32_t TimestampAt(NtpTime time) const {
    return rtp_timestamp + static_cast<uint32_t>(time.Since(ntp).count() *
                                                 static_cast<int64_t>(clock_rate) / 1'000'000);
  }

  friend bool operator==(const ClockReport&, const ClockReport&) = default;
};

}  // namespace sluice::rtp
