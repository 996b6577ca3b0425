#include "libs/rtp/payload/inspector.h"

#include "libs/rtp/payload/av1/inspector.h"
#include "libs/rtp/payload/h264/inspector.h"
#include "libs/rtp/payload/opus/inspector.h"
#include "libs/rtp/payload/sampled/inspector.h"
#include "libs/rtp/payload/vp8/inspector.h"
#include "libs/rtp/payload/vp9/inspector.h"

namespace sluice::rtp::payload {

std::unique_ptr<PayloadInspector> MakeInspector(media::Codec codec, ByteView codec_config) {
  switch (codec) {
    case media::Codec::kH264:
      return std::make_unique<h264::Inspector>(codec_config);
    case media::Codec::kVp8:
      return std::make_unique<vp8::Inspector>();
    case media::Codec::kVp9:
      return std::make_unique<vp9::Inspector>();
    case media::Codec::kAv1:
      return std::make_unique<av1::Inspector>();
    case media::Codec::kOpus:
      return std::make_unique<opus::Inspector>();
    case media::Codec::kPcmu:
    case media::Codec::kPcma:
    case media::Codec::kG722:
      return std::make_unique<sampled::Inspector>();
    default:
      return nullptr;
  }
}

}  // namespace sluice::rtp::payload
