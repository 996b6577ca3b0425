// The section `transcoder`.
#pragma once

#include "libs/config/section.h"

namespace sluice::transcoder {

struct Config {
  uint32_t max_renditions = 64;
  uint32_t opus_bitrate_bps = 64'000;  // of a stereo track; mono takes half
  Duration rendition_linger = 10s;

  void Describe(config::Section& section);
};

}  // namespace sluice::transcoder
