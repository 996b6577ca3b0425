#include "libs/media/bit_reader.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::media {
namespace {

using test::Hex;

TEST_CASE("bits are read from the highest to the lowest") {
  Bytes bytes = Hex("a5 0f ff");
  BitReader reader(bytes);
  CHECK(reader.ReadBits(1) == 1);
  CHECK(reader.ReadBits(3) == 2);
  CHECK(reader.ReadBits(8) == 0x50);
  reader.SkipBits(4);
  CHECK(reader.remaining() == 8);
  CHECK(reader.ReadBits(0) == 0);
  CHECK(reader.ReadBits(8) == 0xff);
  CHECK(reader.ok());
}

TEST_CASE("reading past the end gives zero and is remembered") {
  Bytes bytes = Hex("ff");
  BitReader reader(bytes);
  CHECK(reader.ReadBits(9) == 0);
  CHECK_FALSE(reader.ok());
  BitReader skipping(bytes);
  skipping.SkipBits(9);
  CHECK_FALSE(skipping.ok());
}

TEST_CASE("H.264 9.1: Exp-Golomb codes") {
  //                        1    010  011  00100  00101  00110  00111  0001000
  Bytes bytes = Hex("a6 42 98 e2 00");
  BitReader reader(bytes);
  for (uint32_t expected : {0, 1, 2, 3, 4, 5, 6, 7}) {
    CHECK(reader.ReadUnsignedExpGolomb() == expected);
  }
  CHECK(reader.ok());
  BitReader signed_reader(bytes);
  for (int32_t expected : {0, 1, -1, 2, -2, 3, -3, 4}) {
    CHECK(signed_reader.ReadSignedExpGolomb() == expected);
  }
}

TEST_CASE("H.264 9.1: a code of 32 zeroes is refused") {
  Bytes bytes = Hex("00 00 00 00 80 00 00 00 00");
  BitReader reader(bytes);
  CHECK(reader.ReadUnsignedExpGolomb() == 0);
  CHECK_FALSE(reader.ok());
  Bytes longest = Hex("00 00 00 01 ff ff ff ff");
  BitReader at_limit(longest);
  CHECK(at_limit.ReadUnsignedExpGolomb() == 0xfffffffeU);
  CHECK(at_limit.ok());
}

}  // namespace
}  // namespace sluice::media
