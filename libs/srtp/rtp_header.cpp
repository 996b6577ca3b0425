#include "libs/srtp/rtp_header.h"

namespace sluice::srtp {

//  0 | V=2 P X CC | M PT | sequence number |
//  4 | timestamp |  8 | SSRC |  12 | CC x CSRC |  | profile | length | length x 32 bits |
std::optional<size_t> HeaderLength(ByteView packet) {
  constexpr size_t kWord = 4;
  if (packet.size() < kFixedHeader || packet[0] >> 6 != 2) return std::nullopt;
  size_t length = kFixedHeader + (packet[0] & 0x0f) * kWord;
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < length + kWord) return std::nullopt;
    length += kWord + (packet[length + 2] << 8 | packet[length + 3]) * kWord;
  }
  if (packet.size() < length) return std::nullopt;
  return length;
}

}  // namespace sluice::srtp
