// MP3 frames to RTP payloads: MPA (RFC 2250 §3.5).
#pragma once

#include <vector>

#include "libs/rtp/packet.h"
#include "libs/rtp/payload/mpeg_audio/payload_structure.h"

namespace sluice::rtp::payload::mpeg_audio {

struct FrameView {
  ByteView frame;              // one whole frame, header first
  uint32_t rtp_timestamp = 0;  // of its first sample, clock rate kClockRate
  Instant arrival{};
};

class Packetizer {
 public:
  // max_payload: bytes, at least 16.
  explicit Packetizer(size_t max_payload = kMaxCutPayload) : max_payload_(max_payload) {}

  // Appends one packet, or the fragments of a frame that does not fit into one, with rtp_timestamp,
  // role, arrival and payload set; equal in size but for the last. The marker, which §3.5 keeps for
  // the beginning of talk, is never set. False, and nothing is appended: `frame` is not what its
  // header says.
  bool Packetize(const FrameView& from, std::vector<Packet>& out) const;

 private:
  size_t max_payload_;
};

}  // namespace sluice::rtp::payload::mpeg_audio
