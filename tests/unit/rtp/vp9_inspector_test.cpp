#include <catch2/catch.hpp>

#include "libs/rtp/payload/vp9/descriptor.h"
#include "tests/unit/rtp/inspected.h"

namespace sluice::rtp::payload {
namespace {

using media::Codec;
using test::Hex;

// Profile 0, key frame, shown: sync code, BT.601, then 640x360 as 027f 0167 behind four bits.
#define KEY_FRAME "82498342 2027f0167 0"
#define INTER_FRAME "8600 aabb"

TEST_CASE("VP9 bitstream 6.2: a key frame says its size") {
  auto header = vp9::ParseFrameHeader(Hex(KEY_FRAME));
  REQUIRE(header);
  CHECK(header->key_frame);
  CHECK(header->width == 640);
  CHECK(header->height == 360);
  CHECK_FALSE(vp9::ParseFrameHeader(Hex(INTER_FRAME))->key_frame);
  CHECK_FALSE(vp9::ParseFrameHeader(Hex("82498343 2027f0167 0")));
  CHECK_FALSE(vp9::ParseFrameHeader(Hex("42")));
  for (size_t size = 0; size < 8; ++size) {
    const Bytes whole = Hex(KEY_FRAME);
    CHECK_FALSE(vp9::ParseFrameHeader(ByteView(whole).first(size)));
  }
}

TEST_CASE("RFC 9628 4.2: of a picture of one spatial layer, P, B and E remain of the descriptor") {
  Inspected vp9(Codec::kVp9);
  // I, L, B, V; PictureID 15 bits, TID 0, SID 0, TL0PICIDX; a structure of one layer of 320x180.
  auto key = vp9.Push("aa 9267 00 05 10 0140 00b4" KEY_FRAME, 3000, false);
  REQUIRE(key);
  CHECK(key->front().payload == Hex("08" KEY_FRAME));
  CHECK(key->front().role.key_frame);
  CHECK(key->front().role.starts_access_unit);
  CHECK(key->front().width == 320);
  CHECK(key->front().height == 180);
  auto rest = vp9.Push("a4 9267 00 05 aabb", 3000, true);
  CHECK(rest->front().payload == Hex("04 aabb"));
  CHECK(rest->front().role.key_frame);
  CHECK(rest->front().last_of_frame);
  CHECK_FALSE(rest->front().first_of_frame);
}

TEST_CASE("RFC 9628 4.2: temporal layers and switching points") {
  Inspected vp9(Codec::kVp9);
  // I, P, L, B, E; a PictureID of 7 bits; TID 2, U.
  auto up = vp9.Push("ec 11 50 05" INTER_FRAME, 3000, true)->front();
  CHECK(up.payload == Hex("4c" INTER_FRAME));
  CHECK(up.role.temporal_layer == 2);
  CHECK(up.role.layer_sync);
  CHECK_FALSE(up.role.key_frame);
  auto plain = vp9.Push("ec 12 20 05" INTER_FRAME, 6000, true)->front();
  CHECK(plain.role.temporal_layer == 1);
  CHECK_FALSE(plain.role.layer_sync);
  // Flexible mode: no TL0PICIDX, two references.
  auto flexible = vp9.Push("fc 13 20 0302" INTER_FRAME, 9000, true)->front();
  CHECK(flexible.payload == Hex("4c" INTER_FRAME));
  CHECK(flexible.role.temporal_layer == 1);
}

TEST_CASE("VP9: the size of a key frame without a structure is read from its header") {
  Inspected vp9(Codec::kVp9);
  auto key = vp9.Push("0c" KEY_FRAME, 3000, true)->front();
  CHECK(key.width == 640);
  CHECK(key.height == 360);
}

TEST_CASE("VP9: an intra-only frame is no key frame, nor is what lacks its beginning") {
  Inspected vp9(Codec::kVp9);
  CHECK_FALSE(vp9.Push("0c" INTER_FRAME, 3000, true)->front().role.key_frame);
  vp9.Push("0c" KEY_FRAME, 6000, true);
  auto rest = vp9.Push("04 aabb", 9000, true)->front();
  CHECK_FALSE(rest.role.key_frame);
  CHECK_FALSE(rest.role.starts_access_unit);
}

TEST_CASE("RFC 9628: pictures of several spatial layers keep their descriptors") {
  Inspected vp9(Codec::kVp9);
  // Two layers, then a group of one picture without references.
  const Bytes lower = Hex("ae 11 20 05 38 00a0 005a 0140 00b4 01 00" KEY_FRAME);
  auto first = vp9.Push(ByteView(lower), 3000)->front();
  CHECK(first.payload == lower);
  CHECK(first.role.key_frame);
  CHECK(first.role.temporal_layer == 0);
  CHECK(first.width == 320);
  const Bytes upper = Hex("ec 11 23 05" INTER_FRAME);
  auto second = vp9.Push(ByteView(upper), 3000, true)->front();
  CHECK(second.payload == upper);
  CHECK(second.role.key_frame);
  CHECK_FALSE(second.first_of_frame);
  CHECK(second.last_of_frame);
}

TEST_CASE(
    "VP9 that is too long for the fan-out is cut; beginning, end and structure stay in place") {
  Inspected vp9(Codec::kVp9);
  SECTION("one layer") {
    const Bytes whole = Filled("0c" KEY_FRAME, 1401);
    auto parts = *vp9.Push(ByteView(whole), 3000, true);
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].payload[0] == 0x08);
    CHECK(parts[1].payload[0] == 0x04);
    CHECK(parts[0].payload.size() == 701);
    CHECK_FALSE(parts[0].last_of_frame);
    CHECK(parts[1].last_of_frame);
  }
  SECTION("several layers") {
    const Bytes whole = Filled("ae 11 20 05 30 00a0 005a 0140 00b4" KEY_FRAME, 1413);
    auto parts = *vp9.Push(ByteView(whole), 3000, true);
    REQUIRE(parts.size() == 2);
    CHECK(Bytes(parts[0].payload.begin(), parts[0].payload.begin() + 13) ==
          Hex("aa 11 20 05 30 00a0 005a 0140 00b4"));
    CHECK(Bytes(parts[1].payload.begin(), parts[1].payload.begin() + 4) == Hex("a4 11 20 05"));
  }
}

TEST_CASE("RFC 9628: what is cut short is malformed") {
  Inspected vp9(Codec::kVp9);
  const Bytes whole = Hex("ba 9267 20 38 00a0 005a 0140 00b4 01 04 07 aa");
  for (size_t size = 1; size < whole.size(); ++size) {
    CHECK_FALSE(vp9.Push(ByteView(whole).first(size), 3000));
  }
  CHECK(vp9.Push(ByteView(whole), 3000));
  CHECK_FALSE(vp9.Push("fc 13 20 030303" INTER_FRAME, 3000));  // a fourth reference
  CHECK(vp9.Push("", 3000)->empty());                          // padding
}

}  // namespace
}  // namespace sluice::rtp::payload
