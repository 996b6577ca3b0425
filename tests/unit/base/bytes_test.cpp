#include <catch2/catch.hpp>

#include "libs/base/byte_reader.h"
#include "libs/base/byte_writer.h"

namespace sluice {
namespace {

TEST_CASE("what a writer writes a reader reads") {
  Bytes out;
  ByteWriter writer(out);
  writer.WriteU8(0x12);
  writer.WriteU16(0x3456);
  writer.WriteU24(0x789abc);
  writer.WriteU32(0xdef01234);
  writer.WriteU64(0x0123456789abcdef);
  writer.WriteU32LittleEndian(0x01020304);
  writer.WriteDouble(-1.5);
  ByteReader reader(out);
  CHECK(reader.ReadU8() == 0x12);
  CHECK(reader.ReadU16() == 0x3456);
  CHECK(reader.ReadU24() == 0x789abc);
  CHECK(reader.ReadU32() == 0xdef01234);
  CHECK(reader.ReadU64() == 0x0123456789abcdef);
  CHECK(reader.ReadU32LittleEndian() == 0x01020304);
  CHECK(reader.ReadDouble() == -1.5);
  CHECK(reader.ok());
  CHECK(reader.remaining() == 0);
}

TEST_CASE("a read past the end gives zero and makes the reader bad for good") {
  const Bytes bytes = {1, 2, 3};
  ByteReader reader(bytes);
  CHECK(reader.ReadU32() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.ReadU8() == 0);
  CHECK(reader.position() == 0);
  ByteReader huge(bytes);
  CHECK(huge.ReadBytes(SIZE_MAX).empty());
  CHECK_FALSE(huge.ok());
}

TEST_CASE("a length can be patched in afterwards") {
  Bytes out;
  ByteWriter writer(out);
  writer.WriteU16(0);
  writer.WriteU8(7);
  writer.PatchU16(0, 0x0102);
  CHECK(out == Bytes{1, 2, 7});
}

}  // namespace
}  // namespace sluice
