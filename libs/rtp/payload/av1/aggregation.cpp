#include "libs/rtp/payload/av1/aggregation.h"

#include "libs/base/byte_reader.h"

namespace sluice::rtp::payload::av1 {
namespace {

// | Z 1 | Y 1 | W 2 | N 1 | reserved 3 |. W: how many elements, the last of which has no length; 0:
// any number, all with lengths.
constexpr uint8_t kContinues = 0x80;
constexpr uint8_t kToBeContinued = 0x40;
constexpr uint8_t kStartsCodedSequence = 0x08;

}  // namespace

std::optional<Aggregation> ParseAggregation(ByteView payload) {
  if (payload.empty()) return std::nullopt;
  Aggregation aggregation;
  const uint8_t header = payload[0];
  aggregation.continues = (header & kContinues) != 0;
  aggregation.to_be_continued = (header & kToBeContinued) != 0;
  aggregation.starts_coded_sequence = (header & kStartsCodedSequence) != 0;
  const size_t count = header >> 4 & 3;
  ByteView rest = payload.subspan(1);
  while (!rest.empty()) {
    size_t size = rest.size();
    if (count == 0 || aggregation.elements.size() + 1 < count) {
      const auto length = TakeLeb128(rest);
      if (!length || *length > rest.size()) return std::nullopt;
      size = *length;
    }
    if (aggregation.elements.size() == kMaxElements) return std::nullopt;
    aggregation.elements.push_back(rest.first(size));
    rest = rest.subspan(size);
  }
  if (aggregation.elements.empty() || (count != 0 && aggregation.elements.size() != count)) {
    return std::nullopt;
  }
  return aggregation;
}

Bytes Serialize(const Aggregation& aggregation) {
  Bytes out = {
      static_cast<uint8_t>((aggregation.continues ? kContinues : 0) |
                           (aggregation.to_be_continued ? kToBeContinued : 0) |
                           (aggregation.starts_coded_sequence ? kStartsCodedSequence : 0))};
  for (ByteView element : aggregation.elements) {
    AppendLeb128(static_cast<uint32_t>(element.size()), out);
    out.insert(out.end(), element.begin(), element.end());
  }
  return out;
}

size_t ElementSize(size_t bytes) {
  size_t size = bytes + 1;
  for (size_t rest = bytes >> 7; rest != 0; rest >>= 7) ++size;
  return size;
}

std::optional<uint32_t> TakeLeb128(ByteView& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(bytes[i] & 0x7f) << (7 * i);
    if ((bytes[i] & 0x80) != 0) continue;
    if (value > UINT32_MAX) return std::nullopt;
    bytes = bytes.subspan(i + 1);
    return static_cast<uint32_t>(value);
  }
  return std::nullopt;
}

void AppendLeb128(uint32_t value, Bytes& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

}  // namespace sluice::rtp::payload::av1
