#include "libs/rtp/payload/sampled/inspector.h"

#include <algorithm>

namespace sluice::rtp::payload::sampled {

bool Inspector::Inspect(const RtpView& packet, const DependencyInfo* /*dependency*/,
                        std::vector<InspectedPayload>& out) {
  ByteView rest = packet.payload;
  while (!rest.empty()) {
    const ByteView part = rest.first(std::min(rest.size(), kMaxFanoutPayload));
    InspectedPayload& payload = out.emplace_back();
    payload.timestamp_offset = static_cast<uint32_t>(packet.payload.size() - rest.size());
    payload.first_of_frame = true;
    payload.last_of_frame = packet.marker && payload.timestamp_offset == 0;
    payload.role.starts_access_unit = true;
    payload.payload = ToBytes(part);
    rest = rest.subspan(part.size());
  }
  return true;
}

}  // namespace sluice::rtp::payload::sampled
