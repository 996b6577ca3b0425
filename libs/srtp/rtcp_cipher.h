// What the two profiles do to one RTCP packet whose index is known.
#pragma once

#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/srtp/key_derivation.h"

namespace sluice::srtp {

// One direction of one session.
class RtcpCipher {
 public:
  enum class Direction { kSeal, kOpen };
  static absl::StatusOr<std::unique_ptr<RtcpCipher>> Make(const SessionKeys& keys,
                                                          Direction direction);
  virtual ~RtcpCipher() = default;

  // What Seal() adds, in bytes.
  virtual size_t overhead() const = 0;
  // Where the E flag and index stand in a protected packet of `size` bytes (size >= 8 + overhead).
  virtual size_t IndexPosition(size_t size) const = 0;
  // rtcp: at least 8 bytes; out: exactly overhead() more, may begin at the same memory.
  virtual bool Seal(ByteView rtcp, uint32_t index, std::span<uint8_t> out) = 0;
  // In place, to packet[0 .. size - overhead()). False if the tag is wrong; the packet is spoilt
  // then.
  virtual bool Open(std::span<uint8_t> packet) = 0;
};

}  // namespace sluice::srtp
