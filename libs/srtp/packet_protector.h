// SRTP on the way out: from a shared payload straight into a player's place in the send buffer.
#pragma once

#include <memory>
#include <span>

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

// Makes the protectors of one worker, and finishes their work together: an engine may gather the
// packets of many players before it computes. Outlives its protectors. One thread.
class ProtectorEngine {
 public:
  virtual ~ProtectorEngine() = default;
  virtual absl::StatusOr<std::unique_ptr<PacketProtector>> MakeProtector(
      const SessionKeys& keys) = 0;
  // Completes all jobs so far. Before each send.
  virtual void Flush() = 0;
};

// OpenSSL's EVP with contexts that are made once per session; Protect() is complete at once.
std::unique_ptr<ProtectorEngine> MakeOpensslEngine();

}  // namespace sluice::srtp
