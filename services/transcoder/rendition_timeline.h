// The line of time on which a source track and its rendition lie together.
#pragma once

#include <cstdint>

#include "libs/rtp/sender_report.h"
#include "libs/rtp/sequence_number.h"

namespace sluice::transcoder {

// Maps linearly, so that a clock report of the source is one of the rendition: both then name the
// same NTP moment for the same sound. Positions are nanoseconds, GStreamer's unit of time.
class RenditionTimeline {
 public:
  // source_clock_rate: ticks per second, not 0. first_timestamp: what the rendition begins near.
  RenditionTimeline(uint32_t source_clock_rate, uint32_t rendition_clock_rate,
                    uint32_t first_timestamp)
      : source_clock_rate_(source_clock_rate),
        rendition_clock_rate_(rendition_clock_rate),
        first_timestamp_(first_timestamp) {}

  // Never negative for timestamps up to kOriginNs before the first one asked for.
  int64_t PositionOf(uint32_t source_timestamp);
  uint32_t RenditionTimestampAt(int64_t position_ns) const;

  // The same moment in the rendition's timestamps; track_id and ssrc are left 0.
  rtp::ClockReport ToRendition(const rtp::ClockReport& source);

 private:
  uint32_t source_clock_rate_;
  uint32_t rendition_clock_rate_;
  uint32_t first_timestamp_;
  rtp::TimestampUnwrapper unwrapper_;
  int64_t first_source_timestamp_ = -1;  // unwrapped; -1 = none yet
};

// The position of the first timestamp: room for older ones, which come after it when a stream's
// clock is set back.
inline constexpr int64_t kOriginNs = 3600LL * 1'000'000'000;

}  // namespace sluice::transcoder
