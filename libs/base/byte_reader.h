// Reads numbers from borrowed bytes without ever leaving them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice {

// A cursor over `bytes`. A read past the end returns zero (or an empty view), moves nothing and
// makes ok() false for good, so a parser may read a whole structure and check once.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  uint8_t ReadU8() { return static_cast<uint8_t>(ReadBigEndian(1)); }
  uint16_t ReadU16() { return static_cast<uint16_t>(ReadBigEndian(2)); }
  uint32_t ReadU24() { return static_cast<uint32_t>(ReadBigEndian(3)); }
  uint32_t ReadU32() { return static_cast<uint32_t>(ReadBigEndian(4)); }
  uint64_t ReadU64() { return ReadBigEndian(8); }
  uint32_t ReadU32LittleEndian();  // RTMP message stream id
  double ReadDouble();             // IEEE 754, big endian (AMF0)

  // The next `count` bytes, borrowed from the original.
  ByteView ReadBytes(size_t count);
  void Skip(size_t count) { ReadBytes(count); }

  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  ByteView rest() const { return bytes_.subspan(position_); }

 private:
  uint64_t ReadBigEndian(size_t width);

  ByteView bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace sluice
