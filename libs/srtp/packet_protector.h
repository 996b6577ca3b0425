// SRTP on the way out: from a shared payload straight into a player's place in the send buffer.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/srtp/key_derivation.h"

namespace sluice::srtp {

// One packet to protect.
struct ProtectJob {
  // Its first header_size bytes hold the RTP header, extensions included; there is room behind
  // them for the payload and PacketProtector::overhead().
  std::span<uint8_t> out;
  size_t header_size = 0;
  // From the SSRC's PacketIndexCounter; the lower 16 bits are the header's sequence number.
  uint64_t index = 0;
  // Read only, and only until ProtectorEngine::Flush(). May already stand in its place, at
  // out[header_size].
  ByteView payload;
};

// Protects the RTP packets of one session in the sending direction, whatever their SSRC. Packet
// path: no allocation. One thread.
class PacketProtector {
 public:
  virtual ~PacketProtector() = default;
  // Bytes added behind the payload.
  virtual size_t overhead() const = 0;
  // Encrypts and authenticates. `job.out` is complete after the engine's next Flush().
  // Returns header + payload + overhead in bytes; 0 if there is no room (nothing is written then).
  virtual size_t Protect(const ProtectJob& job) = 0;
};

// Checks and decrypts the RTP packets of one session in the receiving direction. What it takes to
// find header and index is SrtpUnprotector's work. One thread.
class PacketOpener {
 public:
  virtual ~PacketOpener() = default;
  // Length of the tag behind the payload, in bytes.
  virtual size_t overhead() const = 0;
  // packet: at least header_size + overhead() bytes. In place; false if the tag is wrong, and the
  // packet is worthless then.
  virtual bool Open(std::span<uint8_t> packet, size_t header_size, uint64_t index) = 0;
};

// Makes the ciphers of one worker, and finishes their work together: an engine may gather the
// packets of many players before it computes. Outlives what it makes. One thread.
class ProtectorEngine {
 public:
  virtual ~ProtectorEngine() = default;
  // "openssl" or "ipsec-mb", for logs and metrics.
  virtual std::string_view name() const = 0;
  // Internal if the library cannot be used.
  virtual absl::StatusOr<std::unique_ptr<PacketProtector>> MakeProtector(
      const SessionKeys& keys) = 0;
  virtual absl::StatusOr<std::unique_ptr<PacketOpener>> MakeOpener(const SessionKeys& keys) = 0;
  // Completes all jobs so far. Before each send, and before a payload or protector goes.
  virtual void Flush() = 0;
};

}  // namespace sluice::srtp
