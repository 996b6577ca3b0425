// What has been sent under which transport-wide sequence number
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2), until the receiver has told of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libs/base/instant.h"

namespace sluice::congestion {

// 8 bytes a packet.
struct SentPacket {
  enum class State : uint8_t { kUnused, kInFlight, kLost, kReceived };

  uint32_t sent_us = 0;  // of the monotonic clock, wraps after 71 minutes
  uint16_t size = 0;     // bytes as sent, without IP and UDP
  uint8_t probe = 0;     // number of the probe it belongs to, 0 = none
  State state = State::kUnused;

  // When it was sent; it is younger than 35 minutes.
  Instant SentAt(Instant now) const;
};

// A ring over the last packets of one transport. Begins with kMinSize places at the first packet
// and doubles, up to kMaxSize, while packets in flight would fall out; the oldest is forgotten
// then. One thread.
class SentPackets {
 public:
  static constexpr size_t kMinSize = 128;
  static constexpr size_t kMaxSize = 4096;
  // Whoever has heard nothing of a packet for so long will not hear of it.
  static constexpr Duration kPatience = 2s;

  // Takes down a packet and returns its transport-wide sequence number. Packet path.
  uint16_t Add(Instant now, size_t size, uint8_t probe = 0);
  // The packet of that number; nullptr if it is not known any more, or was never sent. Valid until
  // the next Add().
  SentPacket* Find(uint16_t sequence_number);
  // Everything before it has been told of: its place may be used again.
  void Release(uint16_t sequence_number);

  uint64_t count() const { return next_; }
  size_t capacity() const { return ring_.size(); }

 private:
  SentPacket& At(uint64_t number) { return ring_[number & (ring_.size() - 1)]; }
  void MakeRoom(Instant now);

  std::vector<SentPacket> ring_;  // a power of two, or empty before the first packet
  uint64_t first_ = 0;            // oldest that is still needed
  uint64_t next_ = 0;             // of the next packet; the wire has its lower 16 bits
};

}  // namespace sluice::congestion
