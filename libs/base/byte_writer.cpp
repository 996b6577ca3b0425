#include "libs/base/byte_writer.h"

#include <bit>

namespace sluice {

void ByteWriter::WriteBigEndian(uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    out_.push_back(static_cast<uint8_t>(value >> shift));
  }
}

void ByteWriter::WriteU32LittleEndian(uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out_.push_back(static_cast<uint8_t>(value >> shift));
}

void ByteWriter::WriteDouble(double value) { WriteU64(std::bit_cast<uint64_t>(value)); }

void ByteWriter::PatchU16(size_t position, uint16_t value) {
  out_[position] = static_cast<uint8_t>(value >> 8);
  out_[position + 1] = static_cast<uint8_t>(value);
}

}  // namespace sluice
