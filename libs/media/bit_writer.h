// Writes bit fields, most significant bit first: the reverse of BitReader.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice::media {

// Appends to bytes of its own.
class BitWriter {
 public:
  // The lowest `count` bits of `value`, 0..32.
  void WriteBits(uint32_t value, int count);
  void WriteFlag(bool flag) { WriteBits(flag ? 1 : 0, 1); }
  // ue(v) of H.264 §9.1. value: below 2^32 - 1.
  void WriteUnsignedExpGolomb(uint32_t value);
  // The first `count` bits of `bytes` from bit `from` on, which must be there.
  void CopyBits(ByteView bytes, size_t from, size_t count);
  // rbsp_trailing_bits of H.264 §7.3.2.11: a one, then zeroes up to the next byte.
  void WriteTrailingBits();

  // The last byte is filled with zeroes.
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  int free_bits_ = 0;  // in the last byte
};

}  // namespace sluice::media
