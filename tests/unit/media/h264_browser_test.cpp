// What browsers can show, and the parameter sets and messages that say it, as libx264 wrote them.
#include <catch2/catch.hpp>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/bit_reader.h"
#include "libs/media/bit_writer.h"
#include "libs/media/h264_browser_rule.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_reorder.h"
#include "libs/media/h264_sei.h"
#include "libs/media/h264_sps.h"
#include "tests/support/hex.h"

namespace sluice::media {
namespace {

using test::Hex;

struct Example {
  const char* name;
  const char* sps;
  BrowserObstacle obstacle;
  int max_num_reorder_frames;
  const char* rewritten;  // checked with ffmpeg's trace_headers
};

const Example kExamples[] = {
    {"baseline", "6742c00dd901419f9f0110000003001000000303c0f142a480", BrowserObstacle::kNone, 0,
     "6742c00dd901419f9f0110000003001000000303c0f142a480"},
    {"high without B-frames", "6764000dacb202833f3e0220000003002000000791e28549",
     BrowserObstacle::kNone, 0, "6764000dacb202833f3e0220000003002000000791e28549"},
    {"high with B-frames as reference", "6764000dacd941419f9f0110000003001000000303c0f1429960",
     BrowserObstacle::kNone, 2, "6764000dacd941419f9f0110000003001000000303c0f142a580"},
    {"high with B-frames", "6764000dacd101419f9f0110000003001000000303c0f1429120",
     BrowserObstacle::kNone, 1, "6764000dacd101419f9f0110000003001000000303c0f142a480"},
    {"with HRD", "6764000dacd941419f9f016a02020280000003008000001e301000f420003d09c98601f1429960",
     BrowserObstacle::kNone, 2,
     "6764000dacd941419f9f016a02020280000003008000001e301000f420003d09c98601f142a580"},
    {"without VUI", "6742c01eda0280be40", BrowserObstacle::kNone, -1, "6742c01eda0280be806d044235"},
    {"interlaced", "67640015ace4050cfc980880000003008000001e0f8a1524", BrowserObstacle::kInterlaced,
     0, "67640015ace4050cfc980880000003008000001e0f8a1524"},
    {"high 4:2:2", "677a000dbcb202833f1b8088000003000800000301e078a15240",
     BrowserObstacle::kChromaFormat, 0, "677a000dbcb202833f1b8088000003000800000301e078a15240"},
    {"high 10", "676e000da6cb202833f3e022000003000200000300781e285490", BrowserObstacle::kBitDepth,
     0, "676e000da6cb202833f3e022000003000200000300781e285490"},
    {"high 4:4:4", "67f4000d919b282833f1b80880000003008000001e078a14cb",
     BrowserObstacle::kChromaFormat, 2, "67f4000d919b282833f1b80880000003008000001e078a152c"},
};

Track TrackWith(ByteView sps) {
  Track track;
  track.codec = Codec::kH264;
  track.codec_config = Serialize(*MakeAvcDecoderConfiguration({ToBytes(sps)}, {Hex("68ebe3cb")}));
  return track;
}

TEST_CASE("browsers show 8-bit 4:2:0 pictures of Baseline, Main and High that are not interlaced") {
  for (const Example& example : kExamples) {
    CAPTURE(example.name);
    CHECK(FindBrowserObstacle(TrackWith(Hex(example.sps))) == example.obstacle);
    CHECK(BrowserObstacleName(example.obstacle).empty() ==
          (example.obstacle == BrowserObstacle::kNone));
  }
}

TEST_CASE("a track's B-frames and recovery points keep browsers from it, but graver things more") {
  Track track = TrackWith(Hex(kExamples[2].sps));
  track.has_b_frames = true;
  CHECK(FindBrowserObstacle(track) == BrowserObstacle::kBFrames);
  CHECK_FALSE(IsUndecodable(FindBrowserObstacle(track)));
  track.has_recovery_points = true;
  CHECK(FindBrowserObstacle(track) == BrowserObstacle::kRecoveryPoints);
  CHECK_FALSE(IsUndecodable(FindBrowserObstacle(track)));
  track.codec_config = TrackWith(Hex(kExamples[8].sps)).codec_config;
  CHECK(FindBrowserObstacle(track) == BrowserObstacle::kBitDepth);
  CHECK_FALSE(IsUndecodable(FindBrowserObstacle(track)));
  track.codec = Codec::kVp8;
  CHECK(FindBrowserObstacle(track) == BrowserObstacle::kNone);
}

TEST_CASE("profiles that no browser lists or decodes are an obstacle") {
  Bytes extended = Hex("6742c01eda0280be40");
  extended[1] = 88;
  CHECK(FindBrowserObstacle(TrackWith(extended)) == BrowserObstacle::kProfile);
  CHECK(IsUndecodable(BrowserObstacle::kProfile));
}

TEST_CASE("a track whose parameter sets are not known is judged by its flags alone") {
  Track track;
  track.codec = Codec::kH264;
  track.codec_config = {1, 0x64, 0, 0x1f};
  CHECK(FindBrowserObstacle(track) == BrowserObstacle::kNone);
  track.has_b_frames = true;
  CHECK(FindBrowserObstacle(track) == BrowserObstacle::kBFrames);
}

TEST_CASE("H.264 E.2.1: an SPS is made to say that nothing is reordered, and keeps all else") {
  for (const Example& example : kExamples) {
    CAPTURE(example.name);
    const auto rewritten = WithoutReordering(Hex(example.sps));
    REQUIRE(rewritten.has_value());
    CHECK(*rewritten == Hex(example.rewritten));
    const auto before = ParseH264Sps(Hex(example.sps));
    auto after = ParseH264Sps(*rewritten);
    REQUIRE(after.ok());
    CHECK(before->max_num_reorder_frames == example.max_num_reorder_frames);
    CHECK(after->max_num_reorder_frames == 0);
    after->max_num_reorder_frames = before->max_num_reorder_frames;
    CHECK(*after == *before);
    CHECK(WithoutReordering(*rewritten) == rewritten);
  }
}

TEST_CASE("what is no whole SPS is not rewritten") {
  CHECK_FALSE(WithoutReordering({}).has_value());
  CHECK_FALSE(WithoutReordering(Hex("68ebe3cb22c0")).has_value());
  const Bytes whole = Hex(kExamples[4].sps);
  for (size_t size = 0; size + 2 < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(WithoutReordering(ByteView(whole).first(size)).has_value());
  }
}

TEST_CASE("H.264 7.3.1: emulation prevention bytes are put in where they must be") {
  const Bytes rbsp = Hex("000000 000001 000002 000003 000004 00000000");
  Bytes nal_unit = {0x67};
  AppendWithEmulationPrevention(rbsp, nal_unit);
  CHECK(nal_unit == Hex("67 00000300 00030001 00000302 00000303 000004 00000300 00"));
  Bytes again = RemoveEmulationPrevention(nal_unit);
  again.erase(again.begin());
  CHECK(again == rbsp);
}

TEST_CASE("bits are written as they are read") {
  BitWriter writer;
  writer.WriteBits(5, 3);
  for (uint32_t value : {0U, 1U, 2U, 7U, 255U, 0xfffffffeU}) writer.WriteUnsignedExpGolomb(value);
  writer.WriteTrailingBits();
  BitReader reader(writer.bytes());
  CHECK(reader.ReadBits(3) == 5);
  for (uint32_t value : {0U, 1U, 2U, 7U, 255U, 0xfffffffeU}) {
    CHECK(reader.ReadUnsignedExpGolomb() == value);
  }
  CHECK(reader.ReadFlag());
  CHECK(reader.remaining() < 8);
  CHECK(reader.ReadBits(static_cast<int>(reader.remaining())) == 0);
}

TEST_CASE("H.264 D.1.8: a recovery point says after how many frames the output is right") {
  CHECK(FindRecoveryFrameCount(Hex("0606018480")) == 0U);
  CHECK(FindRecoveryFrameCount(Hex("060601c480")) == 0U);
  CHECK(FindRecoveryFrameCount(Hex("060602 0d44 80")) == 25U);
  // Behind another message, of type 5 with 256 bytes.
  Bytes behind = Hex("0605ff01");
  behind.insert(behind.end(), 256, 0x55);
  const Bytes message = Hex("06018480");
  behind.insert(behind.end(), message.begin(), message.end());
  CHECK(FindRecoveryFrameCount(behind) == 0U);
  CHECK_FALSE(FindRecoveryFrameCount(Hex("0605018480")).has_value());
  CHECK_FALSE(FindRecoveryFrameCount(Hex("6506018480")).has_value());
  CHECK_FALSE(FindRecoveryFrameCount({}).has_value());
  const Bytes whole = Hex("0606018480");
  for (size_t size = 0; size < 4; ++size) {
    CAPTURE(size);
    CHECK_FALSE(FindRecoveryFrameCount(ByteView(whole).first(size)).has_value());
  }
}

TEST_CASE("a recovery point of I slices alone is a place where decoding can begin") {
  const Bytes recovery = Hex("0606018480");
  const Bytes late = Hex("060602 0d44 80");
  const Bytes intra = Hex("618884002bff");  // slice_type 7, not an IDR
  const Bytes inter = Hex("419a236c42bf");
  const Bytes idr = Hex("658884002bff");
  const auto begins = [](std::vector<ByteView> nal_units) {
    return KindOf(nal_units).recovery_point;
  };
  CHECK(begins({recovery, intra}));
  CHECK(begins({recovery, intra, intra}));
  CHECK_FALSE(begins({intra}));
  CHECK_FALSE(begins({late, intra}));
  CHECK_FALSE(begins({recovery, intra, inter}));
  CHECK_FALSE(begins({recovery, idr}));
  CHECK_FALSE(begins({recovery}));
}

}  // namespace
}  // namespace sluice::media
