#include "libs/rtp/payload/red/redundancy.h"

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"

namespace sluice::rtp::payload::red {
namespace {

constexpr uint8_t kMore = 0x80;
constexpr size_t kRedundantHeader = 4;

bool IsSendable(const Block& block) {
  return block.payload.size() <= kMaxRedundantBytes &&
         block.timestamp_offset <= kMaxTimestampOffset && !block.payload.empty();
}

}  // namespace

// { F 1 = 1 | payload type 7 | timestamp offset 14 | length 10 }..., F 1 = 0 | payload type 7, then
// the blocks in the same order; the primary one, last, is what remains.
std::optional<Unpacked> Unpack(ByteView payload) {
  ByteReader reader(payload);
  Unpacked unpacked;
  absl::InlinedVector<size_t, 4> lengths;
  uint8_t first = reader.ReadU8();
  while ((first & kMore) != 0) {
    if (lengths.size() + 1 == kMaxBlocks) return std::nullopt;
    const uint32_t rest = reader.ReadU24();
    Block& block = unpacked.redundant.emplace_back();
    block.payload_type = first & 0x7f;
    block.timestamp_offset = static_cast<uint16_t>(rest >> 10);
    lengths.push_back(rest & kMaxRedundantBytes);
    first = reader.ReadU8();
  }
  unpacked.primary.payload_type = first & 0x7f;
  for (size_t i = 0; i < lengths.size(); ++i) {
    unpacked.redundant[i].payload = reader.ReadBytes(lengths[i]);
  }
  if (!reader.ok()) return std::nullopt;
  unpacked.primary.payload = reader.rest();
  return unpacked;
}

Bytes Pack(std::span<const Block> redundant, const Block& primary, size_t max_payload) {
  size_t size = 1 + primary.payload.size();
  size_t begin = redundant.size();
  size_t blocks = 1;
  for (; begin > 0; --begin) {
    const Block& block = redundant[begin - 1];
    if (!IsSendable(block)) continue;
    const size_t wanted = kRedundantHeader + block.payload.size();
    if (size + wanted > max_payload || blocks == kMaxBlocks) break;
    size += wanted;
    ++blocks;
  }
  Bytes out;
  out.reserve(size);
  ByteWriter writer(out);
  for (const Block& block : redundant.subspan(begin)) {
    if (!IsSendable(block)) continue;
    writer.WriteU8(kMore | (block.payload_type & 0x7f));
    writer.WriteU24(static_cast<uint32_t>(block.timestamp_offset) << 10 |
                    static_cast<uint32_t>(block.payload.size()));
  }
  writer.WriteU8(primary.payload_type & 0x7f);
  for (const Block& block : redundant.subspan(begin)) {
    if (IsSendable(block)) writer.WriteBytes(block.payload);
  }
  writer.WriteBytes(primary.payload);
  return out;
}

}  // namespace sluice::rtp::payload::red
