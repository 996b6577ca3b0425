// What keeps browsers from showing an H.264 track as it is (architecture, section 11).
#pragma once

#include <cstdint>
#include <string_view>

#include "libs/media/track.h"

namespace sluice::media {

// From harmless to grave. A track with one of them is sent to browsers as its h264 rendition.
enum class BrowserObstacle : uint8_t {
  kNone,            // browsers get the track as it is
  kBFrames,         // WebRTC decoders give a picture out for each one that goes in, in that order
  kRecoveryPoints,  // browsers begin only at IDR pictures, and this track has other key frames
  kInterlaced,      // shown woven
  kChromaFormat,    // not 4:2:0; Chromium shows it, if it decodes in software
  kBitDepth,        // more than 8 bits; the same
  kProfile,         // another one than Baseline, Main, High
};

// The gravest obstacle of a track. kNone for tracks that are not H.264, and for those whose
// parameter sets are not known.
BrowserObstacle FindBrowserObstacle(const Track& track);

// No browser can decode any picture of the track. The others are worth sending where there is no
// rendition: whoever cannot decode them shows nothing, which is what he had otherwise.
inline bool IsUndecodable(BrowserObstacle obstacle) {
  return obstacle == BrowserObstacle::kProfile;
}

// For people: "B-frames", "interlaced", "4:2:2 and the like"; "" for kNone.
std::string_view BrowserObstacleName(BrowserObstacle obstacle);

}  // namespace sluice::media
