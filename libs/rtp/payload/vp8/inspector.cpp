#include "libs/rtp/payload/vp8/inspector.h"

#include <algorithm>

#include "libs/rtp/payload/vp8/descriptor.h"

namespace sluice::rtp::payload::vp8 {

bool Inspector::Inspect(const RtpView& packet, const DependencyInfo* dependency,
                        std::vector<InspectedPayload>& out) {
  if (packet.payload.empty()) return true;
  const auto descriptor = ParseDescriptor(packet.payload);
  if (!descriptor) return false;
  ByteView data = packet.payload.subspan(descriptor->size);
  FrameHeader header;
  if (descriptor->starts_frame()) {
    const auto parsed = ParseFrameHeader(data);
    if (!parsed) return false;
    header = *parsed;
  }
  const bool is_new = frames_.IsNew(packet.rtp_timestamp);
  if (is_new || descriptor->starts_frame()) key_frame_ = header.key_frame;

  PacketRole role;
  role.key_frame = key_frame_;
  role.discardable = descriptor->non_reference;
  role.temporal_layer = descriptor->temporal_layer.value_or(0);
  role.layer_sync = descriptor->layer_sync && role.temporal_layer > 0;
  if (dependency != nullptr) Apply(*dependency, role);

  const size_t first = out.size();
  const size_t room = kMaxFanoutPayload - 1;
  const size_t count = (data.size() + room - 1) / room;
  const size_t each = (data.size() + count - 1) / count;
  bool starts = descriptor->starts_partition;
  for (size_t i = 0; i < count; ++i) {
    const ByteView part = data.first(std::min(each, data.size()));
    data = data.subspan(part.size());
    InspectedPayload& payload = out.emplace_back();
    payload.role = role;
    payload.payload.reserve(1 + part.size());
    payload.payload.push_back(
        ShortDescriptor(descriptor->non_reference, starts, descriptor->partition));
    payload.payload.insert(payload.payload.end(), part.begin(), part.end());
    starts = false;
  }
  out[first].first_of_frame = descriptor->starts_frame();
  out[first].role.starts_access_unit = descriptor->starts_frame();
  out[first].width = header.width;
  out[first].height = header.height;
  out.back().last_of_frame = packet.marker;
  return true;
}

}  // namespace sluice::rtp::payload::vp8
