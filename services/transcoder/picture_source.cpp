#include "services/transcoder/picture_source.h"

#include <utility>

#include "services/transcoder/frame_source.h"
#include "services/transcoder/h264_source.h"

namespace sluice::transcoder {

std::unique_ptr<PictureSource> PictureSource::Make(media::Track track, Delegate delegate) {
  if (track.codec == media::Codec::kH264) {
    return std::make_unique<H264Source>(std::move(track), std::move(delegate));
  }
  return std::make_unique<FrameSource>(std::move(track), std::move(delegate));
}

}  // namespace sluice::transcoder
