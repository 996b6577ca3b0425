#include "services/transcoder/config.h"

#include <algorithm>
#include <thread>

namespace sluice::transcoder {
namespace {

constexpr uint32_t kVideoRenditionsPerCore = 3;

}  // namespace

uint32_t Config::video_capacity() const {
  if (max_video_renditions > 0) return max_video_renditions;
  return std::max(1U, std::thread::hardware_concurrency()) * kVideoRenditionsPerCore;
}

void Config::Describe(config::Section& section) {
  section.Bind("max_renditions", max_renditions, {1, 1000}, "renditions",
               "Renditions at a time; more are refused. One of sound takes 1 to 2 % of a core.");
  section.Bind(
      "max_video_renditions", max_video_renditions, {0, 1000}, "renditions",
      "Those of them with a picture; 0 = three for each core. One of 640x360 takes 8 % of a core, "
      "one of 1280x720 19 %.");
  section.Bind("h264_speed", h264_speed,
               {{"ultrafast", H264Speed::kUltrafast},
                {"superfast", H264Speed::kSuperfast},
                {"veryfast", H264Speed::kVeryfast},
                {"faster", H264Speed::kFaster}},
               "x264's preset: less work, or better pictures.");
  section.Bind("opus_bitrate_bps", opus_bitrate_bps, {12'000, 510'000}, "bits per second",
               "Bitrate of Opus in stereo; mono takes half of it.");
  section.Bind("rendition_linger", rendition_linger, {1s, 600s},
               "How long a rendition goes on without subscribers.");
}

}  // namespace sluice::transcoder
