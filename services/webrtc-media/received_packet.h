// One RTP packet of a publisher, opened and parsed.
#pragma once

#include <optional>

#include "libs/rtp/packet.h"

namespace sluice::webrtc_media {

// Borrows the datagram, or what has kept it.
struct ReceivedPacket {
  rtp::RtpView rtp;  // of the original packet: RTX and RED are taken off
  Instant arrival{};
  std::optional<uint8_t> orientation;  // CVO byte
  ByteView dependency;                 // dependency descriptor; empty = none
};

// Takes the packets of one encoding in order of sequence number, each once.
class PacketSink {
 public:
  virtual ~PacketSink() = default;
  virtual void OnPacket(const ReceivedPacket& packet) = 0;
  // Packets are missing for good between the last one and the next.
  virtual void OnHole() = 0;
};

}  // namespace sluice::webrtc_media
