// AV1 as it is received (AV1 RTP specification). Payloads stay as they are but for too long ones.
#pragma once

#include "libs/rtp/payload/av1/aggregation.h"
#include "libs/rtp/payload/frame_boundary.h"
#include "libs/rtp/payload/inspector.h"

namespace sluice::rtp::payload::av1 {

class Inspector : public PayloadInspector {
 public:
  bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
               std::vector<InspectedPayload>& out) override;

 private:
  void ReadObus(const Aggregation& aggregation);

  FrameBoundary units_;
  // Of the temporal unit in hand.
  bool key_frame_ = false;
  uint8_t temporal_layer_ = 0;
  SequenceHeader size_;  // of the coded sequence
};

}  // namespace sluice::rtp::payload::av1
