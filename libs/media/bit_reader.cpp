#include "libs/media/bit_reader.h"

namespace sluice::media {

uint32_t BitReader::ReadBits(int count) {
  if (static_cast<size_t>(count) > remaining()) {
    ok_ = false;
    position_ = bytes_.size() * 8;
    return 0;
  }
  uint32_t value = 0;
  for (int i = 0; i < count; ++i, ++position_) {
    value = value << 1 | (bytes_[position_ / 8] >> (7 - position_ % 8) & 1U);
  }
  return value;
}

void BitReader::SkipBits(size_t count) {
  if (count > remaining()) {
    ok_ = false;
    count = remaining();
  }
  position_ += count;
}

uint32_t BitReader::ReadUnsignedExpGolomb() {
  int zeroes = 0;
  while (ok_ && zeroes < 32 && !ReadFlag()) ++zeroes;
  if (zeroes >= 32) ok_ = false;
  if (!ok_) return 0;
  return (1U << zeroes) - 1 + ReadBits(zeroes);
}

int32_t BitReader::ReadSignedExpGolomb() {
  int64_t code = ReadUnsignedExpGolomb();
  return static_cast<int32_t>(code % 2 == 0 ? -(code / 2) : (code + 1) / 2);
}

}  // namespace sluice::media
