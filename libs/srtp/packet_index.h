// The 48-bit index of a packet in its SSRC's life: roll-over counter and sequence number
// (RFC 3711 §3.3.1).
#pragma once

#include <cstdint>

namespace sluice::srtp {

// Hands out the indices of one SSRC under one key, each exactly once: the same index protected
// twice would give the key stream away. Copying would hand them out twice, so it cannot be copied.
class PacketIndexCounter {
 public:
  // random: its lower 15 bits are the first sequence number. Below 2^15, so that a receiver that
  // misses the first packets still guesses the roll-over counter right (RFC 3711 §3.3.1).
  explicit PacketIndexCounter(uint32_t random) : next_(random & 0x7fff) {}
  PacketIndexCounter(const PacketIndexCounter&) = delete;
  PacketIndexCounter& operator=(const PacketIndexCounter&) = delete;
  PacketIndexCounter(PacketIndexCounter&&) = default;

  // The lower 16 bits are the packet's sequence number. 2^48 packets outlive every player.
  uint64_t Take() { return next_++; }
  uint64_t next() const { return next_; }

 private:
  uint64_t next_;
};

}  // namespace sluice::srtp
