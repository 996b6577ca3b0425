#include <catch2/catch.hpp>

#include "tests/unit/rtp/inspected.h"

namespace sluice::rtp::payload {
namespace {

using media::Codec;
using test::Hex;

// A key frame's header of 640x360, and an inter frame's.
#define KEY_FRAME "10020a 9d012a 8002 6801"
#define INTER_FRAME "110200 aabb"

TEST_CASE("RFC 7741 4.2: of the descriptor, S and PID remain; the rest goes into the role") {
  Inspected vp8(Codec::kVp8);
  // X, S; I, L, T, K; PictureID 15 bits 4711, TL0PICIDX 7, TID 0, KEYIDX 3.
  auto key = vp8.Push("90 f0 9267 07 03" KEY_FRAME, 3000, false);
  REQUIRE(key);
  REQUIRE(key->size() == 1);
  CHECK(key->front().payload == Hex("10" KEY_FRAME));
  CHECK(key->front().role.key_frame);
  CHECK(key->front().role.starts_access_unit);
  CHECK(key->front().first_of_frame);
  CHECK_FALSE(key->front().last_of_frame);
  CHECK(key->front().width == 640);
  CHECK(key->front().height == 360);

  auto rest = vp8.Push("80 f0 9267 07 03 aabbcc", 3000, true);
  REQUIRE(rest->size() == 1);
  CHECK(rest->front().payload == Hex("00 aabbcc"));
  CHECK(rest->front().role.key_frame);
  CHECK_FALSE(rest->front().role.starts_access_unit);
  CHECK(rest->front().last_of_frame);
  CHECK(rest->front().width == 0);
}

TEST_CASE("RFC 7741 4.2: temporal layer, layer sync and non-reference frames") {
  Inspected vp8(Codec::kVp8);
  // TID 2, Y; a PictureID of 7 bits.
  auto sync = vp8.Push("b0 e0 11 07 a0" INTER_FRAME, 3000, true)->front();
  CHECK(sync.payload == Hex("30" INTER_FRAME));
  CHECK(sync.role.temporal_layer == 2);
  CHECK(sync.role.layer_sync);
  CHECK(sync.role.discardable);
  CHECK_FALSE(sync.role.key_frame);
  CHECK(sync.last_of_frame);
  // TID 1, no Y, referenced.
  auto plain = vp8.Push("90 20 40" INTER_FRAME, 6000, true)->front();
  CHECK(plain.role.temporal_layer == 1);
  CHECK_FALSE(plain.role.layer_sync);
  CHECK_FALSE(plain.role.discardable);
  // The base layer is never one to go up to.
  CHECK_FALSE(vp8.Push("90 20 20" INTER_FRAME, 9000, true)->front().role.layer_sync);
}

TEST_CASE(
    "a frame whose beginning is lost starts nothing, and is not taken for the key frame before") {
  Inspected vp8(Codec::kVp8);
  vp8.Push("10" KEY_FRAME, 3000, true);
  auto rest = vp8.Push("00 aabbcc", 6000, true)->front();
  CHECK_FALSE(rest.role.key_frame);
  CHECK_FALSE(rest.role.starts_access_unit);
}

TEST_CASE("RFC 7741 4.2: a later partition starts no frame") {
  Inspected vp8(Codec::kVp8);
  vp8.Push("10" KEY_FRAME, 3000);
  auto second = vp8.Push("11 aabbcc", 3000, true)->front();
  CHECK(second.payload == Hex("11 aabbcc"));
  CHECK_FALSE(second.first_of_frame);
  CHECK(second.role.key_frame);
}

TEST_CASE("VP8 that is too long for the fan-out is cut, with the start bit on the first part") {
  Inspected vp8(Codec::kVp8);
  const Bytes whole = Filled("90 80 11" KEY_FRAME, 3 + 1400);
  auto parts = *vp8.Push(ByteView(whole), 3000, true);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].payload.size() == 1 + 700);
  CHECK(parts[0].payload[0] == 0x10);
  CHECK(parts[1].payload[0] == 0x00);
  CHECK(parts[0].first_of_frame);
  CHECK_FALSE(parts[1].first_of_frame);
  CHECK_FALSE(parts[0].last_of_frame);
  CHECK(parts[1].last_of_frame);
  CHECK(parts[1].role.key_frame);
  Bytes joined(parts[0].payload.begin() + 1, parts[0].payload.end());
  joined.insert(joined.end(), parts[1].payload.begin() + 1, parts[1].payload.end());
  CHECK(joined == Bytes(whole.begin() + 3, whole.end()));
}

TEST_CASE("VP8 that is cut short, or begins without its start code, is malformed") {
  Inspected vp8(Codec::kVp8);
  const Bytes whole = Hex("90 f0 9267 07 03" KEY_FRAME);
  for (size_t size = 1; size < whole.size(); ++size) {
    CHECK_FALSE(vp8.Push(ByteView(whole).first(size), 3000));
  }
  CHECK_FALSE(vp8.Push("10 10020a 9d012b 8002 6801", 3000));
  CHECK(vp8.Push("", 3000)->empty());  // padding
}

}  // namespace
}  // namespace sluice::rtp::payload
