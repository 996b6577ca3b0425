// Numbered pictures for tests of the transcoder, and what encoders and players make of them.
#pragma once

#include <string>
#include <vector>

#include "services/transcoder/picture_pipeline.h"

namespace sluice::transcoder::test {

// How a source's encoder works.
struct Encoding {
  media::Codec codec = media::Codec::kH264;  // or kVp8, kVp9, kAv1
  int width = 320;
  int height = 176;
  int frames = 60;
  std::string format = "I420";           // of the raw pictures
  std::string options = "bframes=0";     // of the encoder
  std::string x264;                      // of x264 itself
  std::string profile;                   // empty: as it falls
  int first_number = 0;                  // of the first picture
  int64_t start_ns = 3'600'000'000'000;  // of its presentation
  int64_t step_ns = 40'000'000;          // 25 pictures per second
};

// Access units in decoding order. Each picture says its number, which moves over a busy background.
std::vector<SourcePicture> Encode(const Encoding& encoding);

struct ShownPicture {
  int number = -1;
  int64_t position_ns = 0;
  int width = 0;
  int height = 0;
};

// What a player shows, in the order in which it shows it.
std::vector<ShownPicture> Show(const std::vector<EncodedPicture>& pictures,
                               media::Codec codec = media::Codec::kH264);

}  // namespace sluice::transcoder::test
