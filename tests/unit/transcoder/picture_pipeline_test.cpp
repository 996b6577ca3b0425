#include "services/transcoder/picture_pipeline.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <map>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"
#include "tests/unit/transcoder/picture_list.h"
#include "tests/unit/transcoder/pictures.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using test::Encode;
using test::Encoding;
using test::NumbersOf;
using test::PictureList;
using test::ShownPicture;

std::unique_ptr<PicturePipeline> Started(PictureList& list) {
  test::LoadPlugins();
  auto pipeline = PicturePipeline::Start({}, list.delegate());
  REQUIRE(pipeline.ok());
  return *std::move(pipeline);
}

void CheckPlain(const std::vector<EncodedPicture>& pictures) {
  REQUIRE(!pictures.empty());
  CHECK(pictures.front().key_frame);
  for (size_t i = 0; i < pictures.size(); ++i) {
    std::vector<ByteView> nal_units = media::SplitAnnexB(pictures[i].bytes);
    media::H264PictureKind kind = media::KindOf(nal_units);
    CHECK(kind.idr == pictures[i].key_frame);
    CHECK_FALSE(kind.has_b_slice);
    if (i > 0) CHECK(pictures[i].position_ns > pictures[i - 1].position_ns);
    if (!kind.idr) continue;
    REQUIRE(media::TypeOf(nal_units[0]) == media::H264NalUnitType::kSps);
    auto sps = media::ParseH264Sps(nal_units[0]);
    REQUIRE(sps.ok());
    CHECK(sps->profile_idc == 66);
    CHECK((sps->constraint_flags & 0xc0) == 0xc0);
    CHECK(sps->frame_mbs_only);
    CHECK(sps->max_num_reorder_frames <= 0);
  }
}

TEST_CASE("every kind of H.264 comes out plain, each picture at its time") {
  auto encoding =
      GENERATE(Encoding{.options = "bframes=0 key-int-max=25"},
               Encoding{.options = "bframes=3 b-adapt=false b-pyramid=true key-int-max=30"},
               Encoding{.options = "bframes=3 b-adapt=false key-int-max=20", .x264 = "open-gop=1"},
               Encoding{.options = "bframes=2 interlaced=true key-int-max=25"},
               Encoding{.format = "Y42B", .options = "bframes=2", .profile = "high-4:2:2"},
               Encoding{.format = "I420_10LE", .options = "bframes=2", .profile = "high-10"},
               Encoding{.format = "I422_10LE", .options = "bframes=2 interlaced=true"},
               Encoding{.format = "Y444", .options = "bframes=2"},
               Encoding{.width = 328, .height = 186, .options = "bframes=2"});
  CAPTURE(encoding.format, encoding.options, encoding.width);
  PictureList list;
  auto pipeline = Started(list);
  std::vector<SourcePicture> source = Encode(encoding);
  CHECK(source.size() == static_cast<size_t>(encoding.frames));
  for (const SourcePicture& picture : source) REQUIRE(pipeline->Push(picture));
  // The decoder keeps what it needs for reordering, and no more.
  size_t kept = encoding.options.find("bframes=0") == std::string::npos ? 3 : 0;
  std::vector<EncodedPicture> pictures = list.WaitForCount(source.size() - kept);
  CheckPlain(pictures);
  std::map<int64_t, int> numbers = NumbersOf(encoding);
  std::vector<ShownPicture> shown = test::Show(pictures);
  REQUIRE(shown.size() == pictures.size());
  for (const ShownPicture& picture : shown) {
    CHECK(picture.width == encoding.width);
    CHECK(picture.height == encoding.height);
    CHECK(picture.number == numbers[picture.position_ns]);
  }
}

TEST_CASE("a key frame comes every two seconds of the source's time, and when it is asked for") {
  Encoding encoding{.frames = 120};  // 4.8 s
  PictureList list;
  auto pipeline = Started(list);
  std::vector<SourcePicture> source = Encode(encoding);
  for (size_t i = 0; i < source.size(); ++i) {
    REQUIRE(pipeline->Push(source[i]));
    list.WaitForCount(i + 1);
    if (i == 69) pipeline->RequestKeyFrame();
  }
  std::vector<size_t> key_frames;
  std::vector<EncodedPicture> pictures = list.WaitForCount(source.size());
  for (size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].key_frame) key_frames.push_back(i);
  }
  CHECK(key_frames == std::vector<size_t>{0, 50, 70});
  CheckPlain(pictures);
}

TEST_CASE("of what is old only the decoder takes note: the rendition begins at the live edge") {
  Encoding encoding{.frames = 250, .options = "bframes=2 key-int-max=250"};
  PictureList list;
  auto pipeline = Started(list);
  std::vector<SourcePicture> source = Encode(encoding);
  // As a cached group of ten seconds comes: all at once, the last one just arrived.
  Instant now = MonotonicNow();
  for (size_t i = 0; i < source.size(); ++i) {
    source[i].arrival = now - (source.size() - 1 - i) * 40ms;
    REQUIRE(pipeline->Push(source[i]));
  }
  int64_t end = encoding.start_ns + 247 * encoding.step_ns;
  std::vector<EncodedPicture> pictures = list.WaitForPosition(end);
  CheckPlain(pictures);
  CHECK(pictures.size() < 20);
  CHECK(pipeline->counters().before_live_edge > 220);
  std::map<int64_t, int> numbers = NumbersOf(encoding);
  for (const ShownPicture& picture : test::Show(pictures)) {
    CHECK(picture.number == numbers[picture.position_ns]);
  }
}

TEST_CASE("another size in mid-stream: the rendition goes on with a key frame of that size") {
  Encoding first{.frames = 20, .options = "bframes=2"};
  Encoding second{.width = 480, .height = 272, .frames = 20, .options = "bframes=0"};
  second.first_number = 20;
  second.start_ns = first.start_ns + 20 * first.step_ns;
  PictureList list;
  auto pipeline = Started(list);
  for (const Encoding& encoding : {first, second}) {
    for (const SourcePicture& picture : Encode(encoding)) REQUIRE(pipeline->Push(picture));
  }
  std::vector<EncodedPicture> pictures = list.WaitForCount(40);
  CheckPlain(pictures);
  CHECK(pictures[20].key_frame);
  std::vector<ShownPicture> shown = test::Show(pictures);
  REQUIRE(shown.size() == 40);
  for (int i = 0; i < 40; ++i) {
    CHECK(shown[i].number == i);
    CHECK(shown[i].width == (i < 20 ? 320 : 480));
    CHECK(shown[i].height == (i < 20 ? 176 : 272));
  }
}

TEST_CASE("garbage ends nothing: pictures go on with the next key frame") {
  Encoding encoding{.frames = 75, .options = "bframes=2 key-int-max=25"};
  PictureList list;
  auto pipeline = Started(list);
  std::vector<SourcePicture> source = Encode(encoding);
  source[5].bytes = Bytes(3000, 0xff);
  source[6].bytes.clear();
  source[7].bytes = {0, 0, 0, 1};
  source[8].bytes = {0, 0, 0, 1, 0x67, 0xff, 0xff, 0xff};
  source[9].bytes.resize(source[9].bytes.size() / 2);
  for (size_t i = 10; i < 20; ++i) source[10].bytes[i] = 0xa5;
  for (const SourcePicture& picture : source) pipeline->Push(picture);
  std::vector<EncodedPicture> pictures =
      list.WaitForPosition(encoding.start_ns + 71 * encoding.step_ns);
  CheckPlain(pictures);
  std::map<int64_t, int> numbers = NumbersOf(encoding);
  size_t after = 0;
  for (const ShownPicture& picture : test::Show(pictures)) {
    if (picture.position_ns < encoding.start_ns + 25 * encoding.step_ns) continue;
    CHECK(picture.number == numbers[picture.position_ns]);
    ++after;
  }
  CHECK(after >= 47);
}

TEST_CASE("pictures whose time does not go on are left out") {
  Encoding encoding{.frames = 30};
  PictureList list;
  auto pipeline = Started(list);
  std::vector<SourcePicture> source = Encode(encoding);
  source[10].position_ns = source[10].decoding_position_ns = source[9].position_ns;
  source[20].position_ns = source[20].decoding_position_ns = source[15].position_ns;
  for (const SourcePicture& picture : source) REQUIRE(pipeline->Push(picture));
  std::vector<EncodedPicture> pictures = list.WaitForCount(28);
  CheckPlain(pictures);
  CHECK(pipeline->counters().time_stands_still == 2);
}

TEST_CASE("decoding that begins at a recovery point shows nothing that lacks its references") {
  std::string references = GENERATE("1", "2", "4", "8", "16");
  CAPTURE(references);
  Encoding encoding{.frames = 80,
                    .options = "bframes=3 b-adapt=false key-int-max=20 ref=" + references,
                    .x264 = "open-gop=1:keyint=20:min-keyint=20"};
  std::vector<SourcePicture> source = Encode(encoding);
  // The second group begins with an I picture that is no IDR picture; B-pictures that are shown
  // before it follow it and refer to the first group.
  size_t begin = 0;
  for (size_t i = 1; i < source.size() && begin == 0; ++i) {
    auto nal_units = media::SplitAnnexB(source[i].bytes);
    bool has_sps = media::TypeOf(nal_units[0]) == media::H264NalUnitType::kSps;
    if (has_sps && !media::KindOf(nal_units).idr) begin = i;
  }
  REQUIRE(begin > 0);
  REQUIRE(source[begin + 1].position_ns < source[begin].position_ns);
  PictureList list;
  auto pipeline = Started(list);
  source[begin].key_frame = true;
  for (size_t i = begin; i < source.size(); ++i) REQUIRE(pipeline->Push(source[i]));
  auto pictures = list.WaitForPosition(encoding.start_ns + 75 * encoding.step_ns);
  CHECK(pictures.front().position_ns == source[begin].position_ns);
  std::map<int64_t, int> numbers = NumbersOf(encoding);
  for (const ShownPicture& picture : test::Show(pictures)) {
    CHECK(picture.number == numbers[picture.position_ns]);
  }
}

TEST_CASE("a full queue drops up to the next key frame, and counts") {
  Encoding encoding{.frames = 2};
  PictureList list;
  auto pipeline = Started(list);
  std::vector<SourcePicture> source = Encode(encoding);
  SourcePicture large = source[1];
  large.bytes = Bytes(PicturePipeline::kMaxWaitingBytes, 0xff);
  large.position_ns = large.decoding_position_ns = source[1].position_ns + encoding.step_ns;
  // While the first ones are being decoded, large ones fill the queue.
  for (int i = 0; i < 4; ++i) REQUIRE(pipeline->Push(i == 0 ? source[0] : large));
  CHECK(pipeline->counters().queue_full >= 1);
  uint64_t dropped = pipeline->counters().queue_full;
  REQUIRE(pipeline->Push(source[1]));
  CHECK(pipeline->counters().queue_full == dropped + 1);
}

TEST_CASE("the bitrate grows with the size, and less than it") {
  CHECK(PictureBitrateFor(640, 360, 30) == 1'000'000);
  CHECK(PictureBitrateFor(640, 360, 0) == 1'000'000);
  CHECK(PictureBitrateFor(1280, 720, 30) == Approx(2'640'000).epsilon(0.01));
  CHECK(PictureBitrateFor(1920, 1080, 30) == Approx(4'660'000).epsilon(0.01));
  CHECK(PictureBitrateFor(64, 64, 1) == 200'000);
  CHECK(PictureBitrateFor(16384, 16384, 1000) == 20'000'000);
}

TEST_CASE("a size that 4:2:0 cannot have becomes the next even one") {
  Encoding encoding{.width = 324, .height = 181, .frames = 10, .format = "Y42B"};
  PictureList list;
  auto pipeline = Started(list);
  for (const SourcePicture& picture : Encode(encoding)) REQUIRE(pipeline->Push(picture));
  std::vector<EncodedPicture> pictures = list.WaitForCount(10);
  CheckPlain(pictures);
  for (const ShownPicture& picture : test::Show(pictures)) {
    CHECK(picture.width == 324);
    CHECK(std::abs(picture.height - 181) == 1);
  }
}

}  // namespace
}  // namespace sluice::transcoder
