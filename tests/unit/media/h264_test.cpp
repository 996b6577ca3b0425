// Parameter sets and slices as libx264 wrote them.
#include <catch2/catch.hpp>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_slice.h"
#include "libs/media/h264_sps.h"
#include "tests/support/hex.h"

namespace sluice::media {
namespace {

using test::Hex;

struct SpsExample {
  const char* name;
  const char* bytes;
  uint32_t profile_level_id;
  uint32_t width;
  uint32_t height;
  bool frame_mbs_only;
  int max_num_reorder_frames;
  double frame_rate;
};

const SpsExample kSpsExamples[] = {
    {"baseline 1080p, cropped", "6742c028d900780227e5c044000003000400000300f03c60c920", 0x42c028,
     1920, 1080, true, 0, 30},
    {"main 720p, 59.94", "674d4020d9005005bb011000003e90001d4c00f1832480", 0x4d4020, 1280, 720,
     true, 0, 60000.0 / 1001},
    {"high with B-frames", "6764001eacd940a02ff97011000003000100000300320f162d96", 0x64001e, 640,
     360, true, 2, 25},
    {"high 4:4:4, odd size", "67f4000c919b282a10f1f1f80880000003008000000f078a14cb", 0xf4000c, 322,
     242, true, 2, 15},
    {"interlaced 4:4:4", "67f40028919c803c0227e5c044000003000400000300c87c58b920", 0xf40028, 1920,
     1080, false, 0, 25},
    {"with HRD", "6742c00dda0b13b01100000300010000030014602001e840007a1392c601e28554", 0x42c00d,
     176, 144, true, 0, 10},
    {"without VUI", "6742c01eda0280be40", 0x42c01e, 640, 368, true, -1, 0},
};

TEST_CASE("H.264 7.3.2.1: a sequence parameter set says profile, size, reordering and rate") {
  for (const SpsExample& example : kSpsExamples) {
    CAPTURE(example.name);
    absl::StatusOr<H264Sps> sps = ParseH264Sps(Hex(example.bytes));
    REQUIRE(sps.ok());
    CHECK(sps->profile_level_id() == example.profile_level_id);
    CHECK(sps->width == example.width);
    CHECK(sps->height == example.height);
    CHECK(sps->frame_mbs_only == example.frame_mbs_only);
    CHECK(sps->max_num_reorder_frames == example.max_num_reorder_frames);
    CHECK(sps->frame_rate == Approx(example.frame_rate));
  }
}

TEST_CASE("a sequence parameter set that ends before its sizes is refused") {
  Bytes whole = Hex(kSpsExamples[2].bytes);
  // Nine bytes reach to the cropping of this one.
  for (size_t size = 0; size < 9; ++size) {
    CAPTURE(size);
    CHECK_FALSE(ParseH264Sps(ByteView(whole).first(size)).ok());
  }
}

TEST_CASE("a sequence parameter set whose VUI is cut short keeps its size") {
  Bytes whole = Hex(kSpsExamples[2].bytes);
  absl::StatusOr<H264Sps> sps = ParseH264Sps(ByteView(whole).first(16));
  REQUIRE(sps.ok());
  CHECK(sps->width == 640);
  CHECK(sps->max_num_reorder_frames == -1);
}

TEST_CASE("a NAL unit of another type is no sequence parameter set") {
  CHECK_FALSE(ParseH264Sps(Hex("68ebe3cb22c0")).ok());
  CHECK_FALSE(ParseH264Sps({}).ok());
}

TEST_CASE("H.264 7.4.3: slice_type tells B slices") {
  auto [bytes, type, first_mb] = GENERATE(table<std::string, H264SliceType, uint32_t>({
      {"658884002bff", H264SliceType::kI, 0},
      {"419a236c42bf", H264SliceType::kP, 0},
      {"419e4178857f", H264SliceType::kB, 0},
      {"019e626a42bf", H264SliceType::kB, 0},
      {"014680", H264SliceType::kP, 1},
  }));
  CAPTURE(bytes);
  auto slice = ParseH264SliceStart(Hex(bytes));
  REQUIRE(slice.has_value());
  CHECK(slice->type == type);
  CHECK(slice->first_mb == first_mb);
}

TEST_CASE("what is not the start of a slice has no slice type") {
  CHECK_FALSE(ParseH264SliceStart({}).has_value());
  CHECK_FALSE(ParseH264SliceStart(Hex("65")).has_value());
  CHECK_FALSE(ParseH264SliceStart(Hex("6764001e")).has_value());
  CHECK_FALSE(ParseH264SliceStart(Hex("41 00 00 00 00")).has_value());
  CHECK_FALSE(ParseH264SliceStart(Hex("41 85 80")).has_value());  // slice_type 10
}

TEST_CASE("the kind of a picture is found from its slices") {
  Bytes sps = Hex(kSpsExamples[0].bytes);
  Bytes idr = Hex("658884002bff");
  Bytes reference_b = Hex("419e4178857f");
  Bytes b = Hex("019e626a42bf");
  std::vector<ByteView> key = {sps, idr};
  CHECK(KindOf(key).idr);
  CHECK(KindOf(key).referenced);
  CHECK_FALSE(KindOf(key).has_b_slice);
  std::vector<ByteView> two_slices = {b, reference_b};
  CHECK(KindOf(two_slices).referenced);
  CHECK(KindOf(two_slices).has_b_slice);
  CHECK_FALSE(KindOf(two_slices).idr);
  std::vector<ByteView> disposable = {b};
  CHECK_FALSE(KindOf(disposable).referenced);
  std::vector<ByteView> no_picture = {sps};
  CHECK_FALSE(KindOf(no_picture).has_slice);
}

TEST_CASE("Annex B: NAL units lie between start codes of three or four bytes") {
  Bytes bytes = Hex("ff 00000001 6742c028 000001 68ce3c80 00 00000001 000001 6588 0000");
  std::vector<ByteView> nal_units = SplitAnnexB(bytes);
  REQUIRE(nal_units.size() == 3);
  CHECK(ToBytes(nal_units[0]) == Hex("6742c028"));
  CHECK(ToBytes(nal_units[1]) == Hex("68ce3c80"));
  CHECK(ToBytes(nal_units[2]) == Hex("6588"));
  CHECK(SplitAnnexB(Hex("6742c028")).empty());
  CHECK(SplitAnnexB(Hex("000001")).empty());
  CHECK(SplitAnnexB({}).empty());
}

TEST_CASE("ISO/IEC 14496-15: NAL units behind lengths of 1, 2 and 4 bytes") {
  auto [bytes, length_size] =
      GENERATE(table<std::string, int>({{"0267 42 00 03684142", 1},
                                        {"0002 6742 0000 0003 684142", 2},
                                        {"00000002 6742 00000000 00000003 684142", 4}}));
  CAPTURE(bytes);
  Bytes access_unit = Hex(bytes);
  auto nal_units = SplitLengthPrefixed(access_unit, length_size);
  REQUIRE(nal_units.has_value());
  REQUIRE(nal_units->size() == 2);
  CHECK(ToBytes((*nal_units)[0]) == Hex("6742"));
  CHECK(ToBytes((*nal_units)[1]) == Hex("684142"));
}

TEST_CASE("a length that leads outside the access unit refuses it") {
  Bytes whole = Hex("00000002 6742 00000003 684142");
  for (size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    bool between_nal_units = size == 6;
    CHECK(SplitLengthPrefixed(ByteView(whole).first(size), 4).has_value() == between_nal_units);
  }
  CHECK_FALSE(SplitLengthPrefixed(Hex("ffffffff 67"), 4).has_value());
}

TEST_CASE("an access unit of more than 4096 NAL units is refused") {
  Bytes access_unit;
  for (int i = 0; i < 4096; ++i) AppendLengthPrefixed(Hex("41"), access_unit);
  CHECK(SplitLengthPrefixed(access_unit, 4).has_value());
  AppendLengthPrefixed(Hex("41"), access_unit);
  CHECK_FALSE(SplitLengthPrefixed(access_unit, 4).has_value());
}

TEST_CASE("H.264 7.3.1: emulation prevention bytes are taken out") {
  CHECK(RemoveEmulationPrevention(Hex("67 000003 01 000003 000003 03")) ==
        Hex("67 0000 01 0000 0000 03"));
  CHECK(RemoveEmulationPrevention(Hex("67 000303")) == Hex("67 000303"));
}

}  // namespace
}  // namespace sluice::media
