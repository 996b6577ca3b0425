#include "libs/rtp/header_writer.h"

#include <array>
#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::rtp {
namespace {

using test::Hex;

const Header kHeader = {true, 96, 0x1234, 0x89abcdef, 0xcafef00d};

Bytes Written(std::span<const Extension> extensions) {
  Bytes out(64, 0xee);
  out.resize(WriteHeader(kHeader, extensions, out));
  return out;
}

TEST_CASE("RFC 3550 5.1: a header without extensions has twelve bytes") {
  CHECK(Written({}) == Hex("80 e0 1234 89abcdef cafef00d"));
}

TEST_CASE("RFC 8285 4.2: one-byte extensions, filled up with zeroes") {
  Bytes three = Hex("0102ff");
  Bytes one = Hex("aa");
  std::array<Extension, 2> extensions = {{{1, three}, {14, one}}};
  CHECK(Written(extensions) == Hex("90 e0 1234 89abcdef cafef00d bede 0002 12 0102ff e0 aa 0000"));
  CHECK(HeaderSize(extensions) == 24);
}

TEST_CASE("RFC 8285: what is written is found again") {
  Bytes longest(16, 0x5a);
  Bytes one = Hex("aa");
  std::array<Extension, 2> extensions = {{{3, longest}, {5, one}}};
  Bytes bytes = Written(extensions);
  auto view = ParseRtp(bytes);
  REQUIRE(view.has_value());
  CHECK(view->payload.empty());
  CHECK(ToBytes(*FindExtension(*view, 3)) == longest);
  CHECK(ToBytes(*FindExtension(*view, 5)) == one);
  CHECK_FALSE(FindExtension(*view, 4).has_value());
  CHECK_FALSE(FindExtension(*view, 0).has_value());
}

TEST_CASE("a header that does not fit, or an extension outside its limits, writes nothing") {
  std::array<uint8_t, 11> small{};
  CHECK(WriteHeader(kHeader, small) == 0);
  Bytes one = Hex("aa");
  Bytes seventeen(17, 1);
  for (Extension extension :
       {Extension{0, one}, Extension{15, one}, Extension{1, {}}, Extension{1, seventeen}}) {
    CHECK(Written({&extension, 1}).empty());
  }
  Extension fits = {1, one};
  std::array<uint8_t, 19> one_short{};
  CHECK(WriteHeader(kHeader, {&fits, 1}, one_short) == 0);
}

TEST_CASE("RFC 8285 4.3: two-byte extensions are found") {
  Bytes packet = Hex("90 60 0001 00000002 00000003 1000 0002 00 07 02 aabb 09 00 00");
  auto view = ParseRtp(packet);
  REQUIRE(view.has_value());
  CHECK(ToBytes(*FindExtension(*view, 7)) == Hex("aabb"));
  CHECK(FindExtension(*view, 9)->empty());
}

TEST_CASE("RFC 8285 4.2: an element that leads outside, or id 15, ends the search") {
  Bytes outside = Hex("90 60 0001 00000002 00000003 bede 0001 1f aabbcc");
  CHECK_FALSE(FindExtension(*ParseRtp(outside), 1).has_value());
  Bytes reserved = Hex("90 60 0001 00000002 00000003 bede 0001 f0 aa 10 bb");
  CHECK_FALSE(FindExtension(*ParseRtp(reserved), 1).has_value());
  Bytes other_profile = Hex("90 60 0001 00000002 00000003 abac 0001 10 aa 00 00");
  CHECK_FALSE(FindExtension(*ParseRtp(other_profile), 1).has_value());
}

}  // namespace
}  // namespace sluice::rtp
