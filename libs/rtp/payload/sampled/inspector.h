// Codecs with one byte per tick of the RTP clock: PCMU, PCMA and G.722, whose clock says 8000
// though it samples at 16 kHz (RFC 3551 §4.5.2, §4.5.14).
#pragma once

#include "libs/rtp/payload/inspector.h"

namespace sluice::rtp::payload::sampled {

// Payloads that are too long are cut anywhere.
class Inspector : public PayloadInspector {
 public:
  bool Inspect(const RtpView& packet, const DependencyInfo* dependency,
               std::vector<InspectedPayload>& out) override;
};

}  // namespace sluice::rtp::payload::sampled
