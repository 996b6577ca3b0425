#include "services/webrtc-media/sound_redundancy.h"

#include <algorithm>

namespace sluice::webrtc_media {
namespace {

// RFC 2198 §3:  |1|block PT 7|timestamp offset 14|block length 10|  and for the last one  |0|PT 7|
constexpr size_t kBlockHeader = 4;
constexpr size_t kLastHeader = 1;

}  // namespace

size_t RedSize(std::span<const RedBlock> earlier, ByteView primary) {
  size_t size = kLastHeader + primary.size();
  for (const RedBlock& block : earlier) size += kBlockHeader + block.payload.size();
  return size;
}

void WriteRed(std::span<const RedBlock> earlier, ByteView primary, uint8_t payload_type,
              std::span<uint8_t> out) {
  auto at = out.begin();
  for (const RedBlock& block : earlier) {
    const auto fields = block.ago << 10 | static_cast<uint32_t>(block.payload.size());
    *at++ = static_cast<uint8_t>(0x80 | payload_type);
    for (int shift : {16, 8, 0}) *at++ = static_cast<uint8_t>(fields >> shift);
  }
  *at++ = static_cast<uint8_t>(payload_type & 0x7f);
  for (const RedBlock& block : earlier) at = std::ranges::copy(block.payload, at).out;
  std::ranges::copy(primary, at);
}

}  // namespace sluice::webrtc_media
