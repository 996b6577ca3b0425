#include "services/transcoder/h264_pipeline.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"
#include "tests/unit/transcoder/pictures.h"
#include "tests/unit/transcoder/sound.h"

namespace sluice::transcoder {
namespace {

using test::Encode;
using test::Encoding;
using test::ShownPicture;

// What comes out of a pipeline, waited for.
class PictureList {
 public:
  H264Pipeline::Delegate delegate() {
    return {[this](EncodedPicture picture) {
              std::lock_guard lock(mutex_);
              pictures_.push_back(std::move(picture));
              changed_.notify_all();
            },
            [this](std::string reason) {
              std::lock_guard lock(mutex_);
              failure_ = std::move(reason);
              changed_.notify_all();
            }};
  }
  std::vector<EncodedPicture> WaitForCount(size_t count) {
    return Wait([&] { return pictures_.size() >= count; });
  }
  std::vector<EncodedPicture> WaitForPosition(int64_t position_ns) {
    return Wait([&] { return !pictures_.empty() && pictures_.back().position_ns >= position_ns; });
  }

 private:
  std::vector<EncodedPicture> Wait(const std::function<bool()>& enough) {
    std::unique_lock lock(mutex_);
    bool met = changed_.wait_for(lock, std::chrono::seconds(20),
                                 [&] { return !failure_.empty() || enough(); });
    CHECK(met);
    CHECK(failure_.empty());
    return pictures_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<EncodedPicture> pictures_;  // guarded by mutex_
  std::string failure_;                   // guarded by mutex_
};

std::unique_ptr<H264Pipeline> Started(PictureList& list) {
  test::LoadPlugins();
  auto pipeline = H264Pipeline::Start({}, list.delegate());
  REQUIRE(pipeline.ok());
  return *std::move(pipeline);
}

// Number of each picture by its position.
std::map<int64_t, int> NumbersOf(const Encoding& encoding) {
  std::map<int64_t, int> numbers;
  for (int i = 0; i < encoding.frames; ++i) {
    numbers[encoding.start_ns + i * encoding.step_ns] = encoding.first_number + i;
  }
  return numbers;
}

void CheckPlain(const std::vector<EncodedPicture>& pictures) {
  REQUIRE(!pictures.empty());
  CHECK(pictures.front().key_frame);
  for (size_t i = 0; i < pictures.size(); ++i) {
    std::vector<ByteView> nal_units = media::SplitAnnexB(pictures[i].annex_b);
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

}  // namespace
}  // namespace sluice::transcoder
