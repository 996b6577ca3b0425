#include "libs/rtp/payload/opus/inspector.h"

#include "libs/media/opus_packet.h"

namespace sluice::rtp::payload::opus {

bool Inspector::Inspect(const RtpView& packet, const DependencyInfo* /*dependency*/,
                        std::vector<InspectedPayload>& out) {
  if (packet.payload.empty()) return true;
  if (packet.payload.size() > kMaxFanoutPayload || !media::OpusPacketSamples(packet.payload)) {
    return false;
  }
  InspectedPayload& payload = out.emplace_back();
  payload.first_of_frame = true;
  payload.last_of_frame = packet.marker;
  payload.role.starts_access_unit = true;
  payload.payload = ToBytes(packet.payload);
  return true;
}

}  // namespace sluice::rtp::payload::opus
