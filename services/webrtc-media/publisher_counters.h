// What has come from one publisher; written by its worker, read by anybody.
#pragma once

#include <array>

#include "services/webrtc-media/worker_counters.h"

namespace sluice::webrtc_media {

// Of one encoding. All but jitter, key_frames_wanted and bitrate only grow.
struct EncodingCounters {
  Count packets;  // authentic RTP, retransmitted ones apart
  Count bytes;    // of them, payload
  Count retransmitted_packets;
  Count recovered_packets;  // by RTX or RED, in time
  Count lost_packets;       // given up: a hole in what went on
  Count dropped_packets;    // came, but were not passed on: incomplete frames, malformed payloads
  Count nacks;              // sequence numbers asked for
  Count plis;
  Count key_frames;
  Count frames;
  Count jitter_us;
  Count bits_per_second;
};

struct PublisherCounters {
  static constexpr size_t kMaxEncodings = 16;  // over all tracks, in SDP order

  std::array<EncodingCounters, kMaxEncodings> encodings;
  Count round_trip_us;  // 0 = not known
  Count last_media_us;  // Instant of the last authentic media packet since its epoch; 0 = none yet
  Count queue_drops;    // packets dropped because the home loop did not keep up
};

}  // namespace sluice::webrtc_media
