#include "libs/media/h264_browser_rule.h"

#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/h264_sps.h"

namespace sluice::media {
namespace {

constexpr uint8_t kBaseline = 66;  // profile_idc, Annex A
constexpr uint8_t kMain = 77;
constexpr uint8_t kHigh = 100;
constexpr uint32_t kChroma420 = 1;

BrowserObstacle ObstacleIn(const H264Sps& sps) {
  if (sps.bit_depth_luma > 8 || sps.bit_depth_chroma > 8) return BrowserObstacle::kBitDepth;
  if (sps.chroma_format_idc != kChroma420) return BrowserObstacle::kChromaFormat;
  const bool shown =
      sps.profile_idc == kBaseline || sps.profile_idc == kMain || sps.profile_idc == kHigh;
  if (!shown) return BrowserObstacle::kProfile;
  if (!sps.frame_mbs_only) return BrowserObstacle::kInterlaced;
  return BrowserObstacle::kNone;
}

}  // namespace

BrowserObstacle FindBrowserObstacle(const Track& track) {
  if (track.codec != Codec::kH264) return BrowserObstacle::kNone;
  const auto configuration = ParseAvcDecoderConfiguration(track.codec_config);
  if (configuration.ok()) {
    const absl::StatusOr<H264Sps> sps = ParseH264Sps(configuration->sps.front());
    const BrowserObstacle stated = sps.ok() ? ObstacleIn(*sps) : BrowserObstacle::kNone;
    if (stated != BrowserObstacle::kNone) return stated;
  }
  if (track.has_recovery_points) return BrowserObstacle::kRecoveryPoints;
  return track.has_b_frames ? BrowserObstacle::kBFrames : BrowserObstacle::kNone;
}

std::string_view BrowserObstacleName(BrowserObstacle obstacle) {
  switch (obstacle) {
    case BrowserObstacle::kNone:
      return "";
    case BrowserObstacle::kBFrames:
      return "B-frames";
    case BrowserObstacle::kRecoveryPoints:
      return "open GOP";
    case BrowserObstacle::kInterlaced:
      return "interlaced";
    case BrowserObstacle::kChromaFormat:
      return "chroma other than 4:2:0";
    case BrowserObstacle::kBitDepth:
      return "more than 8 bits";
    case BrowserObstacle::kProfile:
      return "unusual profile";
  }
  return "";
}

}  // namespace sluice::media
