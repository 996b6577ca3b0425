// Opus as it is received (RFC 7587).
#pragma once

#include "libs/rtp/payload/inspector.h"

namespace sluice::rtp::payload::opus {

// An Opus packet cannot be cut: one that is longer than kMaxFanoutPayload is malformed. (510
// kbit/s, the most that Opus makes, gives 1275 bytes every 20 ms; browsers stay far below.)
class Inspector : public PayloadInspector {
 public:
  bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
               std::vector<InspectedPayload>& out) override;
};

}  // namespace sluice::rtp::payload::opus
