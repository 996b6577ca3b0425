// VP8 frames to RTP payloads with the one-byte descriptor (RFC 7741 §4.2).
#pragma once

#include <vector>

#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::vp8 {

struct FrameView {
  ByteView frame;
  uint32_t rtp_timestamp = 0;  // 90 kHz
  Instant arrival{};
};

class Packetizer {
 public:
  // max_payload: bytes, at least 16.
  explicit Packetizer(size_t max_payload = kMaxCutPayload) : max_payload_(max_payload) {}

  // Appends the frame's packets, equal in size but for the last, with marker (on the last),
  // rtp_timestamp, role, arrival and payload set. False, and nothing is appended: it is not VP8.
  bool Packetize(const FrameView& from, std::vector<Packet>& out) const;

 private:
  size_t max_payload_;
};

}  // namespace sluice::rtp::payload::vp8
