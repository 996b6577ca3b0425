// What this daemon counts; the metrics are made of it at each scrape.
#pragma once

#include <cstdint>

#include "libs/metrics/values.h"

namespace sluice::ingest {

// Main loop only.
struct Counters {
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;  // over max_connections
  uint64_t connections_timed_out = 0;
  uint64_t connections_pushed_out = 0;  // silent ones, over max_silent
  uint64_t protocol_errors = 0;
  uint64_t received_bytes = 0;
  uint64_t sent_bytes = 0;

  uint64_t publishes_started = 0;
  uint64_t publishes_refused = 0;
  uint64_t publishes_taken_over = 0;
  uint64_t publishes_stalled = 0;  // closed by publisher_timeout
  uint64_t plays_started = 0;
  uint64_t plays_refused = 0;

  uint64_t received_messages = 0;  // audio and video
  uint64_t packets = 0;            // RTP packets made of them
  uint64_t malformed_messages = 0;
  uint64_t ignored_messages = 0;      // of no meaning here: unknown types, media of no stream
  uint64_t unsupported_messages = 0;  // codecs that are not taken
  uint64_t early_messages = 0;        // media before their sequence header
  uint64_t time_jumps = 0;            // over 5 s
  uint64_t sound_reanchored = 0;      // over 30 ms

  uint64_t sent_messages = 0;  // to players
  uint64_t skipped_video = 0;  // messages, to players that were behind
  uint64_t skipped_audio = 0;
  uint64_t incomplete_frames = 0;  // of a relayed stream, after this daemon was behind
  metrics::Histogram first_picture{metrics::FirstPictureBounds()};  // s, play command to key frame
};

}  // namespace sluice::ingest
