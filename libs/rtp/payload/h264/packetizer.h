// H.264 access units to RTP payloads, packetization-mode 1 (RFC 6184 §5.6, §5.7.1, §5.8).
#pragma once

#include <span>
#include <vector>

#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::h264 {

// One access unit to be packetized. Borrows.
struct AccessUnitView {
  std::span<const ByteView> nal_units;  // decoding order, without start codes or lengths
  uint32_t rtp_timestamp = 0;           // presentation time, 90 kHz
  int32_t cts = 0;                      // presentation minus decoding time, 90 kHz
  Instant arrival{};
};

// Small NAL units that follow each other share a packet (STAP-A), large ones are cut into fragments
// (FU-A) that are equal in size but for the last, so that they leave in one segmented send. Access
// unit delimiters, end of sequence or stream, and filler are left out (RFC 6184 §5.2 does without).
class Packetizer {
 public:
  // max_payload: bytes, at least 16.
  explicit Packetizer(size_t max_payload = kMaxCutPayload) : max_payload_(max_payload) {}

  // Appends the access unit's packets with marker (on the last), rtp_timestamp, role, arrival and
  // payload set. Appends nothing if there is nothing to carry.
  void Packetize(const AccessUnitView& access_unit, std::vector<Packet>& out) const;

 private:
  size_t max_payload_;
};

}  // namespace sluice::rtp::payload::h264
