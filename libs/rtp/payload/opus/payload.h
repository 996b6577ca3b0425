// Opus in RTP (RFC 7587 §4.2): one Opus packet is one payload, both ways.
#pragma once

#include <optional>
#include <vector>

#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::opus {

class Packetizer {
 public:
  // max_payload: bytes.
  explicit Packetizer(size_t max_payload = kMaxCutPayload) : max_payload_(max_payload) {}

  // One Opus packet with rtp_timestamp (48 kHz), role, arrival and payload set; marker is set on
  // the first after silence only (RFC 3551 §4.1), so never here. nullopt if it is empty or longer
  // than max_payload: Opus cannot be fragmented.
  std::optional<Packet> Packetize(Bytes opus_packet, uint32_t rtp_timestamp, Instant arrival) const;

 private:
  size_t max_payload_;
};

struct OpusPacketView {
  ByteView bytes;  // borrowed from the RTP packet
  uint32_t rtp_timestamp = 0;
  uint32_t samples = 0;       // duration at 48 kHz
  uint16_t lost_packets = 0;  // missing before it
};

// Takes one track's packets in order of sequence number.
class Depacketizer {
 public:
  // nullopt for a malformed packet.
  std::optional<OpusPacketView> Push(const Packet& packet);
  void Reset() { last_sequence_number_.reset(); }
  uint64_t malformed_packets() const { return malformed_packets_; }

 private:
  std::optional<uint16_t> last_sequence_number_;
  uint64_t malformed_packets_ = 0;
};

}  // namespace sluice::rtp::payload::opus
