#include "services/webrtc-media/red_blocks.h"

namespace sluice::webrtc_media {

// §3:
//    0                   1                    2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3  4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |1|   block PT  |  timestamp offset         |   block length    |   all but the last
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |0|   block PT  |                                                   the last
std::optional<RedBlocks> UnpackRed(ByteView payload) {
  constexpr size_t kHeader = 4;
  RedBlocks blocks;
  absl::InlinedVector<size_t, 3> lengths;
  while (!payload.empty() && (payload[0] & 0x80) != 0) {
    if (payload.size() < kHeader || blocks.size() + 1 == kMaxRedBlocks) return std::nullopt;
    blocks.push_back(
        {.payload_type = static_cast<uint8_t>(payload[0] & 0x7f),
         .timestamp_offset = static_cast<uint32_t>(payload[1] << 6 | payload[2] >> 2)});
    lengths.push_back(static_cast<size_t>((payload[2] & 0x03) << 8 | payload[3]));
    payload = payload.subspan(kHeader);
  }
  if (payload.empty()) return std::nullopt;
  const uint8_t own_payload_type = payload[0];
  payload = payload.subspan(1);
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (payload.size() < lengths[i]) return std::nullopt;
    blocks[i].payload = payload.first(lengths[i]);
    payload = payload.subspan(lengths[i]);
  }
  blocks.push_back({.payload_type = own_payload_type, .payload = payload});
  return blocks;
}

}  // namespace sluice::webrtc_media
