#include "libs/rtp/packet.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace sluice::rtp {
namespace {

using test::Hex;

TEST_CASE("RFC 3550 5.1: the fixed header and the payload") {
  Bytes packet = Hex("80 e0 1234 89abcdef cafef00d 010203");
  auto view = ParseRtp(packet);
  REQUIRE(view.has_value());
  CHECK(view->marker);
  CHECK(view->payload_type == 96);
  CHECK(view->sequence_number == 0x1234);
  CHECK(view->rtp_timestamp == 0x89abcdef);
  CHECK(view->ssrc == 0xcafef00d);
  CHECK(view->extension.empty());
  CHECK(view->extension_profile == 0);
  CHECK(ToBytes(view->payload) == Hex("010203"));
}

TEST_CASE("RFC 3550 5.1, 5.3.1: sources, extension and padding are left out of the payload") {
  Bytes packet =
      Hex("b2 60 0001 00000002 00000003  11111111 22222222"
          "bede 0001 10 aa 00 00  0102 000003");
  auto view = ParseRtp(packet);
  REQUIRE(view.has_value());
  CHECK(view->extension_profile == 0xbede);
  CHECK(ToBytes(view->extension) == Hex("10aa0000"));
  CHECK(ToBytes(view->payload) == Hex("0102"));
}

TEST_CASE("what ends inside its header is no RTP packet") {
  Bytes packet = Hex("b2 60 0001 00000002 00000003  11111111 22222222 bede 0001 10aa0000 01");
  for (size_t size = 0; size < packet.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(ParseRtp(ByteView(packet).first(size)).has_value());
  }
  CHECK(ParseRtp(packet).has_value());
}

TEST_CASE("another version, or padding that is none or longer than the payload, is refused") {
  auto bytes = GENERATE(std::string("00 60 0001 00000002 00000003 01"),
                        std::string("40 60 0001 00000002 00000003 01"),
                        std::string("c0 60 0001 00000002 00000003 01"),
                        std::string("a0 60 0001 00000002 00000003"),
                        std::string("a0 60 0001 00000002 00000003 0100"),
                        std::string("a0 60 0001 00000002 00000003 0103"));
  CAPTURE(bytes);
  CHECK_FALSE(ParseRtp(Hex(bytes)).has_value());
}

TEST_CASE("a payload may be empty, also by padding") {
  CHECK(ParseRtp(Hex("80 60 0001 00000002 00000003"))->payload.empty());
  CHECK(ParseRtp(Hex("a0 60 0001 00000002 00000003 0002"))->payload.empty());
}

}  // namespace
}  // namespace sluice::rtp
