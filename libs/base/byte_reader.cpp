#include "libs/base/byte_reader.h"

#include <bit>

namespace sluice {

uint64_t ByteReader::ReadBigEndian(size_t width) {
  uint64_t value = 0;
  for (uint8_t byte : ReadBytes(width)) value = value << 8 | byte;
  return value;
}

uint32_t ByteReader::ReadU32LittleEndian() {
  uint32_t value = ReadU32();
  return value << 24 | (value & 0xff00) << 8 | (value >> 8 & 0xff00) | value >> 24;
}

double ByteReader::ReadDouble() { return std::bit_cast<double>(ReadU64()); }

ByteView ByteReader::ReadBytes(size_t count) {
  if (!ok_ || count > remaining()) {
    ok_ = false;
    return {};
  }
  ByteView view = bytes_.subspan(position_, count);
  position_ += count;
  return view;
}

}  // namespace sluice
