// What the daemon counts. Main loop only.
#pragma once

#include <cstdint>

#include "libs/metrics/values.h"

namespace sluice::transcoder {

struct Counters {
  uint64_t renditions_started = 0;  // begun to give packets to subscribers
  uint64_t renditions_refused = 0;
  uint64_t renditions_failed = 0;
  uint64_t renditions_ended = 0;  // in the ordinary course
  uint64_t access_units = 0;      // taken from sources
  uint64_t packets = 0;           // given to renditions
  uint64_t packet_bytes = 0;      // payload
  // Drops.
  uint64_t malformed_packets = 0;
  uint64_t lost_packets = 0;
  uint64_t early_access_units = 0;    // older than what a rendition begins with
  uint64_t refused_access_units = 0;  // by a pipeline that is failing
  uint64_t frames_over_bound = 0;     // made while the loop was behind
  // Of pictures only.
  uint64_t queue_full_access_units = 0;   // more than may wait for the decoder
  uint64_t unreferable_access_units = 0;  // between a loss and what can be decoded again
  uint64_t late_pictures = 0;             // the encoder is too slow for them
  uint64_t timeless_pictures = 0;         // their time does not go on
  uint64_t corrupt_pictures = 0;          // said to be so by the decoder
  metrics::Histogram first_packet{metrics::FirstPictureBounds()};  // since the request
};

}  // namespace sluice::transcoder
