// The section `transcoder`.
#pragma once

#include "libs/config/section.h"
#include "services/transcoder/picture_pipeline.h"

namespace sluice::transcoder {

struct Config {
  uint32_t max_renditions = 64;
  uint32_t max_video_renditions = 0;  // 0: three for each core
  H264Speed h264_speed = H264Speed::kSuperfast;
  uint32_t opus_bitrate_bps = 64'000;  // of a stereo track; mono takes half
  Duration rendition_linger = 10s;

  // max_video_renditions, or what it stands for on this machine.
  uint32_t video_capacity() const;

  void Describe(config::Section& section);
};

}  // namespace sluice::transcoder
