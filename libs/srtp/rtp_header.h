// As much of an RTP header as SRTP has to know (RFC 3550 §5.1, RFC 3711 §3.1). For this library
// only.
#pragma once

#include <optional>

#include "libs/base/bytes.h"
#include "libs/srtp/packet_protector.h"

namespace sluice::srtp {

inline constexpr size_t kFixedHeader = 12;

// header: at least kFixedHeader bytes.
inline uint32_t SsrcOf(ByteView header) {
  return uint32_t{header[8]} << 24 | uint32_t{header[9]} << 16 | uint32_t{header[10]} << 8 |
         header[11];
}
inline uint16_t SequenceNumberOf(ByteView header) {
  return static_cast<uint16_t>(header[2] << 8 | header[3]);
}

inline bool HasRoom(const ProtectJob& job, size_t overhead) {
  return job.header_size >= kFixedHeader &&
         job.out.size() >= job.header_size + job.payload.size() + overhead;
}

// Length of the fixed header, CSRCs and extension: what stays in the clear. nullopt if it is not
// RTP version 2 or a length inside points outside the packet. Padding is inside the encrypted part
// and nothing of ours.
std::optional<size_t> HeaderLength(ByteView packet);

}  // namespace sluice::srtp
