#include "libs/media/bit_writer.h"

namespace sluice::media {

void BitWriter::WriteBits(uint32_t value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    if (free_bits_ == 0) {
      bytes_.push_back(0);
      free_bits_ = 8;
    }
    --free_bits_;
    bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1U) << free_bits_);
  }
}

void BitWriter::WriteUnsignedExpGolomb(uint32_t value) {
  int zeroes = 0;
  while ((uint64_t{value} + 1) >> (zeroes + 1) != 0) ++zeroes;
  WriteBits(0, zeroes);
  WriteFlag(true);
  WriteBits(value + 1, zeroes);
}

void BitWriter::CopyBits(ByteView bytes, size_t from, size_t count) {
  for (size_t i = from; i < from + count; ++i) {
    WriteBits(bytes[i / 8] >> (7 - i % 8) & 1U, 1);
  }
}

void BitWriter::WriteTrailingBits() {
  WriteFlag(true);
  free_bits_ = 0;
}

}  // namespace sluice::media
