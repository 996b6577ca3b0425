// VP9 as it is received (RFC 9628).
#pragma once

#include "libs/rtp/payload/frame_boundary.h"
#include "libs/rtp/payload/inspector.h"
#include "libs/rtp/payload/vp9/descriptor.h"

namespace sluice::rtp::payload::vp9 {

// Pictures of one spatial layer get the one-byte descriptor; those of several keep theirs, and
// their temporal layers are not told: the picture numbers in them would show gaps.
class Inspector : public PayloadInspector {
 public:
  bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
               std::vector<InspectedPayload>& out) override;

 private:
  void BeginPicture(const Descriptor& descriptor, ByteView data);
  std::vector<Bytes> Cut(ByteView payload, const Descriptor& descriptor) const;

  FrameBoundary pictures_;
  bool key_frame_ = false;   // the picture in hand is one
  FrameHeader header_;       // of its first frame
  bool has_layers_ = false;  // several spatial ones
};

}  // namespace sluice::rtp::payload::vp9
