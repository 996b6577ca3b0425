#include "libs/rtp/payload/vp9/inspector.h"

#include <algorithm>
#include <utility>

namespace sluice::rtp::payload::vp9 {
namespace {

// Of pictures whose descriptor is kept, in bytes. The longest group of pictures takes 1276.
constexpr size_t kMaxDescriptor = kMaxFanoutPayload / 2;

}  // namespace

bool Inspector::Inspect(const RtpView& packet, const DependencyInfo* dependency,
                        std::vector<InspectedPayload>& out) {
  if (packet.payload.empty()) return true;
  const auto descriptor = ParseDescriptor(packet.payload);
  if (!descriptor) return false;
  if (descriptor->structure) has_layers_ = descriptor->structure->spatial_layers > 1;
  if (descriptor->spatial_layer > 0) has_layers_ = true;
  if (has_layers_ && descriptor->size > kMaxDescriptor) return false;
  const bool is_new = pictures_.IsNew(packet.rtp_timestamp);
  const bool starts = is_new && descriptor->starts_frame;
  if (is_new) key_frame_ = false;
  if (descriptor->starts_frame && descriptor->spatial_layer == 0) {
    BeginPicture(*descriptor, packet.payload.subspan(descriptor->size));
  }

  PacketRole role;
  if (!has_layers_) {
    role.temporal_layer = std::min<uint8_t>(descriptor->temporal_layer.value_or(0), 3);
    role.layer_sync = descriptor->switching_up && role.temporal_layer > 0;
    if (dependency != nullptr) Apply(*dependency, role);
  }
  role.key_frame = key_frame_;

  const size_t first = out.size();
  for (Bytes& part : Cut(packet.payload, *descriptor)) {
    InspectedPayload& payload = out.emplace_back();
    payload.role = role;
    payload.payload = std::move(part);
  }
  out[first].first_of_frame = starts;
  out[first].role.starts_access_unit = starts;
  if (starts && key_frame_) {
    const auto& structure = descriptor->structure;
    const bool said = structure && structure->width != 0;
    out[first].width = said ? structure->width : header_.width;
    out[first].height = said ? structure->height : header_.height;
  }
  out.back().last_of_frame = packet.marker;
  return true;
}

void Inspector::BeginPicture(const Descriptor& descriptor, ByteView data) {
  const auto header = ParseFrameHeader(data);
  header_ = header.value_or(FrameHeader());
  // An intra-only frame is predicted from nothing, too, but does not reset the references.
  key_frame_ = !descriptor.inter_predicted && (!header || header->key_frame);
}

std::vector<Bytes> Inspector::Cut(ByteView payload, const Descriptor& descriptor) const {
  Bytes head = {
      ShortDescriptor(descriptor.inter_predicted, descriptor.starts_frame, descriptor.ends_frame)};
  if (has_layers_) head.assign(payload.begin(), payload.begin() + ptrdiff_t(descriptor.size));
  ByteView rest = payload.subspan(descriptor.size);
  const size_t room = kMaxFanoutPayload - head.size();
  const size_t count = (rest.size() + room - 1) / room;
  const size_t each = (rest.size() + count - 1) / count;
  const uint8_t ends = head[0] & kEnds;
  std::vector<Bytes> parts;
  while (!rest.empty()) {
    const ByteView data = rest.first(std::min(each, rest.size()));
    rest = rest.subspan(data.size());
    head[0] = static_cast<uint8_t>((head[0] & ~kEnds) | (rest.empty() ? ends : 0));
    Bytes& part = parts.emplace_back(head);
    part.insert(part.end(), data.begin(), data.end());
    // The beginning and the structure are of the first part only.
    head[0] &= static_cast<uint8_t>(~(kStarts | kHasStructure));
    if (has_layers_) head.resize(descriptor.structure_offset);
  }
  return parts;
}

}  // namespace sluice::rtp::payload::vp9
