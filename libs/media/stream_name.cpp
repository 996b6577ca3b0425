// What may be a stream's name. UTF-8: RFC 3629 §4.
#include "libs/media/track.h"

namespace sluice::media {
namespace {

constexpr size_t kMaxNameBytes = 255;

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  // 0: malformed
};

size_t SequenceLength(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;  // c0, c1: overlong
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;  // f5..: beyond U+10FFFF
  return 0;
}

bool IsAllowedValue(uint32_t value, size_t bytes) {
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return value >= kSmallest[bytes] && value <= 0x10ffff && !surrogate;
}

CodePoint FirstCodePoint(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  size_t length = SequenceLength(byte(0));
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {byte(0), 1};
  uint32_t value = byte(0) & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  return IsAllowedValue(value, length) ? CodePoint{value, length} : CodePoint{};
}

bool IsControl(uint32_t value) { return value < 0x20 || (value >= 0x7f && value < 0xa0); }

}  // namespace

bool IsValidStreamName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  while (!name.empty()) {
    CodePoint next = FirstCodePoint(name);
    if (next.bytes == 0 || IsControl(next.value)) return false;
    name.remove_prefix(next.bytes);
  }
  return true;
}

}  // namespace sluice::media
