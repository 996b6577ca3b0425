// What a publisher's worker hands to the home loop.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "libs/base/instant.h"
#include "libs/media/track.h"
#include "libs/rtp/packet.h"

namespace sluice::webrtc_media {

// The publisher's clock for one encoding (its RTCP sender report).
struct SourceClock {
  NtpTime ntp;                 // on the publisher's clock
  uint32_t rtp_timestamp = 0;  // of the same moment
};

// What the encoding's packets are from here on: before its first packet, and at each change.
struct FormatChange {
  media::Codec codec = media::Codec::kUnknown;
  uint32_t clock_rate = 90000;
  uint32_t channels = 0;  // audio
  Bytes codec_config;     // as media::Track's; empty = none, or not known yet
  uint32_t width = 0;     // pixels; 0 = not known (yet)
  uint32_t height = 0;
};

struct PublishedItem {
  // Over all tracks' encodings, in the order of PublisherSettings.
  uint16_t encoding = 0;
  // Packets: payload normalised, role and arrival filled in; sequence numbers and timestamps are
  // the source's, except that a payload cut in two shifts all later sequence numbers. In order,
  // each once. Video begins with a key frame, and goes on with one after a hole; sound goes on with
  // the next packet.
  std::variant<rtp::Packet, SourceClock, FormatChange> content;
};
using PublishedItems = std::vector<PublishedItem>;

}  // namespace sluice::webrtc_media
