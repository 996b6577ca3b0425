#include <catch2/catch.hpp>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/rtp/payload/h264/aggregate.h"
#include "tests/unit/rtp/inspected.h"

namespace sluice::rtp::payload {
namespace {

using media::Codec;
using test::Hex;

// Constrained baseline, 640x368.
#define SPS "6742c01eda0280be40"
#define PPS "68ce3c80"
#define IDR "658884"
#define P_SLICE "419a23"
const char kBoth[] = "78 0009" SPS "0004" PPS;

Bytes WithoutHeader(const InspectedPayload& payload) {
  return {payload.payload.begin() + 2, payload.payload.end()};
}

TEST_CASE("what stands before the first slice goes with it, so that its role is known") {
  Inspected h264(Codec::kH264);
  CHECK(h264.Push(kBoth, 3000)->empty());
  auto out = *h264.Push("7c85 8884 0102", 3000);
  REQUIRE(out.size() == 2);
  CHECK(out[0].payload == Hex(kBoth));
  CHECK(out[0].role.starts_access_unit);
  CHECK(out[0].first_of_frame);
  CHECK(out[0].role.key_frame);
  CHECK(out[0].width == 640);
  CHECK(out[0].height == 368);
  CHECK(out[0].codec_config ==
        media::Serialize(*media::MakeAvcDecoderConfiguration({Hex(SPS)}, {Hex(PPS)})));
  CHECK(out[1].payload == Hex("7c85 8884 0102"));
  CHECK_FALSE(out[1].role.starts_access_unit);
  CHECK(out[1].role.key_frame);
  auto rest = *h264.Push("7c45 0304", 3000, true);
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].role.key_frame);
  CHECK_FALSE(rest[0].first_of_frame);
  CHECK(rest[0].last_of_frame);
}

TEST_CASE("RFC 6184 packetization mode 0: single NAL units") {
  Inspected h264(Codec::kH264);
  CHECK(h264.Push(SPS, 3000)->empty());
  CHECK(h264.Push(PPS, 3000)->empty());
  auto out = *h264.Push(IDR, 3000, true);
  REQUIRE(out.size() == 1);
  CHECK(payload::h264::NalUnitsOf(out[0].payload).size() == 3);
  CHECK(out[0].last_of_frame);
  auto picture = *h264.Push(P_SLICE, 6000, true);
  REQUIRE(picture.size() == 1);
  CHECK(picture[0].payload == Hex(P_SLICE));
  CHECK(picture[0].role.starts_access_unit);
  CHECK_FALSE(picture[0].role.key_frame);
  CHECK_FALSE(picture[0].role.discardable);
  CHECK(picture[0].width == 0);
}

TEST_CASE("H.264 7.4.1: nal_ref_idc 0 is no reference") {
  Inspected h264(Codec::kH264);
  CHECK(h264.Push("019e62", 3000, true)->front().role.discardable);
  CHECK(h264.Push("1c81 9e62", 6000)->front().role.discardable);
  CHECK(h264.Push("1c41 9e62", 6000, true)->front().role.discardable);
  CHECK_FALSE(h264.Push("5c81 9a62", 9000)->front().role.discardable);
}

TEST_CASE("an IDR picture without parameter sets gets the last known ones") {
  Inspected h264(Codec::kH264);
  h264.Push(kBoth, 3000);
  CHECK_FALSE(h264.Push(IDR, 3000, true)->front().codec_config.empty());
  SECTION("as a NAL unit") {
    auto out = *h264.Push(IDR, 6000, true);
    REQUIRE(out.size() == 1);
    CHECK(out[0].payload == Hex("78 0009" SPS "0004" PPS "0003" IDR));
    CHECK(out[0].role.starts_access_unit);
    CHECK(out[0].width == 640);
    CHECK(out[0].codec_config.empty());  // as before
  }
  SECTION("as fragments") {
    auto out = *h264.Push("7c85 8884", 6000);
    REQUIRE(out.size() == 2);
    CHECK(out[0].payload == Hex(kBoth));
    CHECK(out[0].role.starts_access_unit);
    CHECK(out[0].role.key_frame);
  }
  SECTION("with one of them in front") {
    CHECK(h264.Push(PPS, 6000)->empty());
    auto out = *h264.Push(IDR, 6000, true);
    CHECK(out[0].payload == Hex("78 0009" SPS "0004" PPS "0003" IDR));
  }
  SECTION("later slices of the picture get none") {
    h264.Push(IDR, 6000);
    CHECK(h264.Push("651122", 6000, true)->front().payload == Hex("651122"));
  }
}

TEST_CASE("parameter sets of the session description serve until the stream brings its own") {
  const Bytes config =
      media::Serialize(*media::MakeAvcDecoderConfiguration({Hex(SPS)}, {Hex(PPS)}));
  Inspected h264(Codec::kH264, config);
  auto out = *h264.Push(IDR, 3000, true);
  CHECK(out[0].payload == Hex("78 0009" SPS "0004" PPS "0003" IDR));
  CHECK(out[0].codec_config == config);
}

TEST_CASE("other parameter sets are another configuration, at the key frame that needs them") {
  Inspected h264(Codec::kH264);
  h264.Push(kBoth, 3000);
  h264.Push(IDR, 3000, true);
  CHECK(h264.Push("68ce3c81", 6000)->empty());
  CHECK(h264.Push(P_SLICE, 6000, true)->front().codec_config.empty());
  auto out = *h264.Push(IDR, 9000, true);
  CHECK(out[0].codec_config ==
        media::Serialize(*media::MakeAvcDecoderConfiguration({Hex(SPS)}, {Hex("68ce3c81")})));
}

TEST_CASE("delimiters and filler are left out") {
  Inspected h264(Codec::kH264);
  CHECK(h264.Push("0910", 3000)->empty());
  auto out = *h264.Push(P_SLICE, 3000);
  CHECK(out[0].payload == Hex(P_SLICE));
  CHECK(out[0].role.starts_access_unit);
  CHECK(h264.Push("0cff80", 3000, true)->empty());
  CHECK(h264.Push("78 0002 0910 0003" P_SLICE, 6000, true)->front().payload == Hex(P_SLICE));
}

TEST_CASE("a recovery point of I slices is a key frame, and says that it is no IDR picture") {
  Inspected h264(Codec::kH264);
  h264.Push(kBoth, 0);
  h264.Push(IDR, 0, true);
  CHECK(h264.Push("06 06 01 c0 80", 3000)->empty());
  auto out = *h264.Push("4188 84", 3000, true);  // first_mb 0, slice type 7: I
  CHECK(out[0].role.key_frame);
  CHECK(out[0].role.recovery_point);
  CHECK(payload::h264::NalUnitsOf(out[0].payload).size() == 4);
}

TEST_CASE("a picture whose beginning is lost starts nothing") {
  Inspected h264(Codec::kH264);
  h264.Push(kBoth, 0);
  h264.Push(IDR, 0, true);
  auto fragment = *h264.Push("7c05 0102", 3000);
  REQUIRE(fragment.size() == 1);
  CHECK_FALSE(fragment[0].role.starts_access_unit);
  CHECK(fragment[0].role.key_frame);
  auto slice = *h264.Push("4102 03", 6000, true);  // first_mb is not 0
  CHECK_FALSE(slice[0].role.starts_access_unit);
  // Held parameter sets of a picture that did not come are not lost.
  h264.Push("68ce3c81", 9000);
  CHECK_FALSE(h264.Push(IDR, 12000, true)->front().codec_config.empty());
}

TEST_CASE("RFC 6184 5.8: fragments that are too long are cut into fragments") {
  Inspected h264(Codec::kH264);
  const Bytes start = Filled("5c81 9a23", 1400);
  auto parts = *h264.Push(ByteView(start), 3000);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].payload[1] == 0x81);
  CHECK(parts[1].payload[1] == 0x01);
  CHECK(parts[0].payload.size() == parts[1].payload.size());
  Bytes joined = WithoutHeader(parts[0]);
  const Bytes second = WithoutHeader(parts[1]);
  joined.insert(joined.end(), second.begin(), second.end());
  CHECK(joined == Bytes(start.begin() + 2, start.end()));
  const Bytes end = Filled("5c41 9a23", 1400);
  auto last = *h264.Push(ByteView(end), 3000, true);
  CHECK(last[0].payload[1] == 0x01);
  CHECK(last[1].payload[1] == 0x41);
  CHECK(last[1].last_of_frame);
  CHECK_FALSE(last[0].last_of_frame);
}

TEST_CASE("RFC 6184 5.6: a NAL unit that is too long is cut into fragments") {
  Inspected h264(Codec::kH264);
  const Bytes slice = Filled(P_SLICE, 1401);
  auto parts = *h264.Push(ByteView(slice), 3000, true);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].payload[0] == 0x5c);
  CHECK(parts[0].payload[1] == 0x81);
  CHECK(parts[1].payload[1] == 0x41);
}

TEST_CASE("a message that comes in fragments is put together before its picture") {
  Inspected h264(Codec::kH264);
  CHECK(h264.Push("1c86 0504", 3000)->empty());
  CHECK(h264.Push("1c06 0102", 3000)->empty());
  CHECK(h264.Push("1c46 030480", 3000)->empty());
  auto out = *h264.Push(P_SLICE, 3000, true);
  REQUIRE(out.size() == 1);
  auto nal_units = payload::h264::NalUnitsOf(out[0].payload);
  REQUIRE(nal_units.size() == 2);
  CHECK(ToBytes(nal_units[0]) == Hex("06 0504 0102 030480"));
}

TEST_CASE("what is held back for a picture has a bound") {
  Inspected h264(Codec::kH264);
  const Bytes message = Filled("0605", 1000);
  for (int i = 0; i < 1000; ++i) CHECK(h264.Push(ByteView(message), 3000)->empty());
  size_t bytes = 0;
  const auto pushed = h264.Push(P_SLICE, 3000, true);
  for (const InspectedPayload& each : *pushed) bytes += each.payload.size();
  CHECK(bytes < (40 << 10));
  CHECK(bytes > (30 << 10));
}

TEST_CASE("RFC 6184: interleaved packets and what is cut short are malformed") {
  Inspected h264(Codec::kH264);
  for (const char* payload :
       {"79 0000", "7a", "7b", "7d 8000", "1f", "00", "78 0004 67", "7c 85"}) {
    CHECK_FALSE(h264.Push(payload, 3000));
  }
  CHECK(h264.Push("", 3000)->empty());  // padding
}

}  // namespace
}  // namespace sluice::rtp::payload
