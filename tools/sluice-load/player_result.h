// What one player got.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libs/base/instant.h"

namespace sluice::load {

struct PlayerResult {
  std::string failure;  // empty = none
  bool connected = false;
  bool ended_by_server = false;  // close_notify, or its port is closed
  std::string srtp_profile;
  uint64_t packets = 0;  // RTP, repairs (RTX) included
  uint64_t bytes = 0;    // UDP payload of those
  uint64_t repairs = 0;
  uint64_t lost = 0;      // holes in the sequence numbers that no repair has filled
  uint64_t repaired = 0;  // holes that one has
  uint64_t nacked = 0;    // packets asked for, each time
  uint64_t duplicates = 0;
  uint64_t dropped = 0;             // by our kernel: the receive buffer was full
  uint64_t opened = 0;              // decrypted and authentic
  uint64_t not_authentic = 0;       // of those that were decrypted
  Duration longest_video_pause{0};  // the time to the end included
  Duration longest_audio_pause{0};
  bool playing = false;                     // each of its tracks had a packet in the last second
  std::optional<Duration> connected_after;  // DTLS done, since the POST began
  std::optional<Duration> first_packet;
  std::optional<Duration> first_key_frame_packet;
  std::optional<Duration> first_key_frame;  // the last packet of it
};

}  // namespace sluice::load
