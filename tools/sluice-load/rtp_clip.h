// An FLV file's H.264 as RTP payloads, made once for all publishers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/rtp/packet.h"
#include "tools/sluice-load/flv_file.h"

namespace sluice::load {

struct RtpClip {
  struct Picture {
    uint32_t timestamp = 0;  // milliseconds since the first one
    bool key = false;
    std::vector<rtp::Packet> packets;  // payload and marker; parameter sets before a key frame
  };
  std::vector<Picture> pictures;  // begins with a key frame
  uint32_t duration = 0;          // milliseconds: one round
  std::string profile_level_id;   // "42e01f", of the SPS
};

// InvalidArgument: no H.264, or no key frame.
absl::StatusOr<RtpClip> MakeRtpClip(const FlvFile& file);

}  // namespace sluice::load
