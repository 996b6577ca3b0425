// VP8 as it is received (RFC 7741): payloads with the one-byte descriptor.
#pragma once

#include "libs/rtp/payload/frame_boundary.h"
#include "libs/rtp/payload/inspector.h"

namespace sluice::rtp::payload::vp8 {

class Inspector : public PayloadInspector {
 public:
  bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
               std::vector<InspectedPayload>& out) override;

 private:
  FrameBoundary frames_;
  bool key_frame_ = false;  // the frame in hand is one
};

}  // namespace sluice::rtp::payload::vp8
