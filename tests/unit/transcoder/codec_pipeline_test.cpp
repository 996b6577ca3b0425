// Pictures of every codec, to H.264 and to VP8.
#include <catch2/catch.hpp>

#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/vp8/descriptor.h"
#include "tests/unit/transcoder/picture_list.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using media::Codec;
using test::Encode;
using test::Encoding;
using test::NumbersOf;
using test::PictureList;
using test::ShownPicture;

std::unique_ptr<PicturePipeline> Started(Codec source, Codec target, PictureList& list) {
  test::LoadPlugins();
  auto pipeline = PicturePipeline::Start({.source = source, .target = target}, list.delegate());
  REQUIRE(pipeline.ok());
  return *std::move(pipeline);
}

void CheckShown(const std::vector<EncodedPicture>& pictures, Codec target,
                const Encoding& encoding) {
  std::map<int64_t, int> numbers = NumbersOf(encoding);
  std::vector<ShownPicture> shown = test::Show(pictures, target);
  REQUIRE(shown.size() == pictures.size());
  for (const ShownPicture& picture : shown) {
    CHECK(picture.width == encoding.width);
    CHECK(picture.height == encoding.height);
    CHECK(picture.number == numbers[picture.position_ns]);
  }
}

TEST_CASE("VP8, VP9 and AV1 come out as H.264, each picture at its time") {
  const auto codec = GENERATE(Codec::kVp8, Codec::kVp9, Codec::kAv1);
  CAPTURE(media::CodecName(codec));
  const Encoding encoding{.codec = codec, .frames = 40, .options = "lag-in-frames=0"};
  PictureList list;
  auto pipeline = Started(codec, Codec::kH264, list);
  const std::vector<SourcePicture> source = Encode(encoding);
  REQUIRE(source.size() == 40);
  for (const SourcePicture& picture : source) REQUIRE(pipeline->Push(picture));
  const std::vector<EncodedPicture> pictures = list.WaitForCount(source.size());
  CHECK(pictures.front().key_frame);
  CHECK(media::KindOf(media::SplitAnnexB(pictures.front().bytes)).idr);
  CheckShown(pictures, Codec::kH264, encoding);
}

TEST_CASE("H.264, VP9 and AV1 come out as VP8, each picture at its time") {
  auto encoding = GENERATE(
      Encoding{.frames = 40}, Encoding{.frames = 40, .options = "bframes=2 key-int-max=25"},
      Encoding{.frames = 40, .format = "Y42B", .options = "bframes=0", .profile = "high-4:2:2"},
      Encoding{.codec = Codec::kVp9, .frames = 40, .options = "lag-in-frames=0"},
      Encoding{.codec = Codec::kAv1, .frames = 40, .options = "lag-in-frames=0"});
  CAPTURE(media::CodecName(encoding.codec), encoding.options);
  PictureList list;
  auto pipeline = Started(encoding.codec, Codec::kVp8, list);
  const std::vector<SourcePicture> source = Encode(encoding);
  for (const SourcePicture& picture : source) REQUIRE(pipeline->Push(picture));
  const size_t kept = encoding.options.find("bframes=2") == std::string::npos ? 0 : 3;
  const std::vector<EncodedPicture> pictures = list.WaitForCount(source.size() - kept);
  CHECK(pictures.front().key_frame);
  CheckShown(pictures, Codec::kVp8, encoding);
}

TEST_CASE("VP8: a key frame comes every two seconds, and when it is asked for") {
  const Encoding encoding{.frames = 120};  // 4.8 s
  PictureList list;
  auto pipeline = Started(Codec::kH264, Codec::kVp8, list);
  const std::vector<SourcePicture> source = Encode(encoding);
  for (size_t i = 0; i < source.size(); ++i) {
    REQUIRE(pipeline->Push(source[i]));
    list.WaitForCount(i + 1);
    if (i == 69) pipeline->RequestKeyFrame();
  }
  std::vector<size_t> key_frames;
  const std::vector<EncodedPicture> pictures = list.WaitForCount(source.size());
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto header = rtp::payload::vp8::ParseFrameHeader(pictures[i].bytes);
    REQUIRE(header);
    CHECK(header->key_frame == pictures[i].key_frame);
    if (header->key_frame) key_frames.push_back(i);
  }
  CHECK(key_frames == std::vector<size_t>{0, 50, 70});
}

TEST_CASE("a source that changes its size, as browsers do, is followed at its key frame") {
  const auto codecs =
      GENERATE(std::pair{Codec::kVp8, Codec::kH264}, std::pair{Codec::kVp9, Codec::kH264},
               std::pair{Codec::kH264, Codec::kVp8});
  CAPTURE(media::CodecName(codecs.first), media::CodecName(codecs.second));
  Encoding small{.codec = codecs.first, .frames = 10};
  if (codecs.first != Codec::kH264) small.options = "lag-in-frames=0";
  Encoding large = small;
  large.width = 480;
  large.height = 272;
  large.first_number = 10;
  large.start_ns = small.start_ns + 10 * small.step_ns;
  PictureList list;
  auto pipeline = Started(codecs.first, codecs.second, list);
  for (const SourcePicture& picture : Encode(small)) REQUIRE(pipeline->Push(picture));
  for (const SourcePicture& picture : Encode(large)) REQUIRE(pipeline->Push(picture));
  const std::vector<EncodedPicture> pictures = list.WaitForCount(20);
  const std::vector<ShownPicture> shown = test::Show(pictures, codecs.second);
  REQUIRE(shown.size() == 20);
  for (size_t i = 0; i < shown.size(); ++i) {
    CHECK(shown[i].number == static_cast<int>(i));
    CHECK(shown[i].width == (i < 10 ? 320 : 480));
  }
  CHECK(pictures[10].key_frame);
}

TEST_CASE("bytes that are no picture do not stop a pipeline that gets pictures again") {
  const auto codec = GENERATE(Codec::kVp8, Codec::kVp9);
  CAPTURE(media::CodecName(codec));
  const Encoding encoding{
      .codec = codec, .frames = 20, .options = "lag-in-frames=0 keyframe-max-dist=10"};
  PictureList list;
  // VP9's decoder goes on at the next key frame only.
  auto pipeline = Started(codec, Codec::kH264, list);
  std::vector<SourcePicture> source = Encode(encoding);
  for (size_t i = 0; i < source.size(); ++i) {
    if (i == 5) source[i].bytes.assign(200, 0xff);
    REQUIRE(pipeline->Push(source[i]));
  }
  list.WaitForPosition(source.back().position_ns);
}

}  // namespace
}  // namespace sluice::transcoder
