// Reads bit fields, most significant bit first, as H.264 and AAC headers are written.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice::media {

// A cursor over borrowed bytes. Like ByteReader: a read past the end returns zero and makes ok()
// false for good.
class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}

  // The next `count` bits, 0..32.
  uint32_t ReadBits(int count);
  bool ReadFlag() { return ReadBits(1) != 0; }
  void SkipBits(size_t count);

  // Exp-Golomb codes of H.264 §9.1: ue(v) and se(v). A code longer than 32 bits makes ok() false.
  uint32_t ReadUnsignedExpGolomb();
  int32_t ReadSignedExpGolomb();

  bool ok() const { return ok_; }
  size_t position() const { return position_; }  // in bits
  size_t remaining() const { return bytes_.size() * 8 - position_; }

 private:
  ByteView bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace sluice::media
