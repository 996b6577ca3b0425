// Retransmissions on a stream of their own (RFC 4588 §4): the original's sequence number, then its
// payload.
#pragma once

#include <optional>

#include "libs/base/byte_reader.h"
#include "libs/rtp/packet.h"

namespace sluice::rtp::payload::rtx {

// The original of a retransmission. `rtx` stays borrowed.
//   payload_type, ssrc: of the stream that it repairs.
//   nullopt: too short to be one, or nothing but its number (padding of a bandwidth probe).
inline std::optional<RtpView> Unwrap(const RtpView& rtx, uint8_t payload_type, uint32_t ssrc) {
  ByteReader reader(rtx.payload);
  RtpView original = rtx;
  original.sequence_number = reader.ReadU16();
  original.payload_type = payload_type;
  original.ssrc = ssrc;
  original.payload = reader.rest();
  if (!reader.ok() || original.payload.empty()) return std::nullopt;
  return original;
}

}  // namespace sluice::rtp::payload::rtx
