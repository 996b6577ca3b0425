// Appends numbers to owned bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/base/bytes.h"

namespace sluice {

// Appends to `out`, which must outlive it. Big endian unless the name says otherwise.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  void WriteU8(uint8_t value) { out_.push_back(value); }
  void WriteU16(uint16_t value) { WriteBigEndian(value, 2); }
  void WriteU24(uint32_t value) { WriteBigEndian(value, 3); }
  void WriteU32(uint32_t value) { WriteBigEndian(value, 4); }
  void WriteU64(uint64_t value) { WriteBigEndian(value, 8); }
  void WriteU32LittleEndian(uint32_t value);
  void WriteDouble(double value);
  void WriteBytes(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  // Overwrites two bytes at `position`, for lengths known only afterwards. `position + 2 <=
  // size()`.
  void PatchU16(size_t position, uint16_t value);

  size_t size() const { return out_.size(); }

 private:
  void WriteBigEndian(uint64_t value, int width);

  Bytes& out_;
};

}  // namespace sluice
