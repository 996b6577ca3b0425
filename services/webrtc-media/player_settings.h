// What the offer/answer has settled about one player, as the worker needs it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/instant.h"
#include "libs/media/track.h"
#include "services/webrtc-media/transport_settings.h"
#include "services/webrtc-media/worker_counters.h"

namespace sluice::webrtc_media {

// A codec that the answer names for a track.
struct PlayerFormat {
  media::Codec codec = media::Codec::kUnknown;
  uint8_t payload_type = 0;
  uint8_t rtx_payload_type = 0;  // RFC 4588; 0 = the player takes none
};

// One m-section that we send in. Its SSRCs are those of the answer and stay for the player's life.
struct PlayerTrackSettings {
  media::MediaKind kind = media::MediaKind::kVideo;
  uint32_t ssrc = 0;
  uint32_t rtx_ssrc = 0;  // 0 = no RTX
  // Header extension ids (RFC 8285, 1..14) as answered; 0 = not agreed.
  uint8_t playout_delay_id = 0;
  uint8_t transport_sequence_id = 0;
  uint8_t red_payload_type = 0;       // of sound in sound (RFC 2198); 0 = not agreed
  std::vector<PlayerFormat> formats;  // in the answer's order; at most 16
};

// Upper bounds of what a player is sent of a video; 0 or empty = no bound. The best layer within
// them is sent; if none is, the lowest.
struct LayerLimits {
  uint32_t max_width = 0;  // pixels
  uint32_t max_height = 0;
  uint64_t max_bitrate_bps = 0;
  std::string rid;                   // this one and no other
  uint32_t max_temporal_layers = 0;  // 1: the base layer only

  friend bool operator==(const LayerLimits&, const LayerLimits&) = default;
};

// What one player has got; written by its worker, read by anybody.
struct PlayerCounters {
  Count packets;          // RTP, repetitions included
  Count bytes;            // of them, as sent
  Count video_bytes;      // of bytes
  Count dropped_packets;  // of the stream, not sent because of a hole or a full socket
};

struct PlayerSettings {
  TransportSettings transport;
  std::vector<PlayerTrackSettings> tracks;   // at most 8
  std::shared_ptr<PlayerCounters> counters;  // never nullptr
  LayerLimits limits;
  Instant created{};  // when the request came, for the time to first media
};

}  // namespace sluice::webrtc_media
