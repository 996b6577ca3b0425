// What the offer/answer has settled about one publisher, as the worker needs it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/instant.h"
#include "libs/media/track.h"
#include "services/webrtc-media/publisher_counters.h"
#include "services/webrtc-media/transport_settings.h"

namespace sluice::webrtc_media {

// A codec that the answer names for a track.
struct PublisherFormat {
  media::Codec codec = media::Codec::kUnknown;
  uint8_t payload_type = 0;
  uint8_t rtx_payload_type = 0;  // RFC 4588; 0 = none
  uint32_t clock_rate = 90000;
  uint32_t channels = 0;  // audio
};

// One stream of packets of a track: the only one, or a layer of a simulcast (RFC 8853).
struct PublisherEncoding {
  std::string rid;        // empty = the only one
  uint32_t ssrc = 0;      // 0 = not declared: learned from header extensions
  uint32_t rtx_ssrc = 0;  // 0 = none, or not declared
};

// One m-section that we receive in. Header extension ids are 1..14 (RFC 8285); 0 = not agreed.
struct PublisherTrackSettings {
  std::string mid;
  media::MediaKind kind = media::MediaKind::kVideo;
  std::vector<PublisherFormat> formats;      // in the answer's order; at most 16
  uint8_t red_payload_type = 0;              // audio, RFC 2198; 0 = none
  std::vector<PublisherEncoding> encodings;  // 1 to 4, in the order of the SDP
  uint8_t mid_id = 0;
  uint8_t rid_id = 0;
  uint8_t repaired_rid_id = 0;
  uint8_t transport_sequence_id = 0;
  uint8_t orientation_id = 0;
  uint8_t dependency_descriptor_id = 0;
  bool nack = true;  // the answer has a=rtcp-fb nack for it (video)
};

struct PublisherSettings {
  TransportSettings transport;
  std::vector<PublisherTrackSettings> tracks;  // at most 8
  // Of all video together, told to the publisher by REMB; 0 = no bound.
  uint64_t min_bitrate_bps = 0;
  uint64_t max_bitrate_bps = 0;
  // No authentic media for so long: OnPublisherSilent().
  Duration silence = 2s;
  std::shared_ptr<PublisherCounters> counters;  // Worker makes it if it is nullptr
  Instant created{};                            // when the request came
};

}  // namespace sluice::webrtc_media
