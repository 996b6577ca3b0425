#include "libs/rtp/payload/av1/inspector.h"

#include <algorithm>
#include <utility>

namespace sluice::rtp::payload::av1 {
namespace {

// Cuts a payload into parts of at most kMaxFanoutPayload bytes: elements in order, the last of a
// part cut where the part is full.
std::vector<Bytes> Cut(const Aggregation& whole, size_t size) {
  const size_t count = (size + kMaxFanoutPayload - 1) / kMaxFanoutPayload;
  // Every part has a header, and a length that the whole may not have had.
  constexpr size_t kOverhead = 4;
  const size_t each = std::min((size + count - 1) / count + kOverhead, kMaxFanoutPayload);
  std::vector<Bytes> parts;
  Aggregation part;
  part.continues = whole.continues;
  part.starts_coded_sequence = whole.starts_coded_sequence;
  size_t used = 1;
  const auto finish = [&](bool within_element) {
    part.to_be_continued = within_element;
    parts.push_back(Serialize(part));
    part = Aggregation();
    part.continues = within_element;
    used = 1;
  };
  for (ByteView element : whole.elements) {
    while (used + ElementSize(element.size()) > each) {
      const size_t room = each - std::min(each, used + kOverhead);
      if (room != 0) part.elements.push_back(element.first(room));
      element = element.subspan(room);
      finish(room != 0);
    }
    part.elements.push_back(element);
    used += ElementSize(element.size());
  }
  finish(whole.to_be_continued);
  return parts;
}

}  // namespace

bool Inspector::Inspect(const RtpView& packet, const DependencyInfo* dependency,
                        std::vector<InspectedPayload>& out) {
  if (packet.payload.empty()) return true;
  const auto aggregation = ParseAggregation(packet.payload);
  if (!aggregation) return false;
  const bool is_new = units_.IsNew(packet.rtp_timestamp);
  const bool starts = is_new && !aggregation->continues;
  if (is_new) {
    key_frame_ = aggregation->starts_coded_sequence;
    temporal_layer_ = 0;
    ReadObus(*aggregation);
  }
  PacketRole role;
  role.key_frame = key_frame_;
  role.temporal_layer = std::min<uint8_t>(temporal_layer_, 3);
  if (dependency != nullptr) {
    Apply(*dependency, role);
    key_frame_ = role.key_frame;
  }
  const size_t first = out.size();
  if (packet.payload.size() <= kMaxFanoutPayload) {
    out.emplace_back().payload = ToBytes(packet.payload);
  } else {
    for (Bytes& part : Cut(*aggregation, packet.payload.size())) {
      out.emplace_back().payload = std::move(part);
    }
  }
  for (size_t i = first; i < out.size(); ++i) out[i].role = role;
  out[first].first_of_frame = starts;
  out[first].role.starts_access_unit = starts;
  if (starts && key_frame_) {
    out[first].width = size_.width;
    out[first].height = size_.height;
  }
  out.back().last_of_frame = packet.marker;
  return true;
}

void Inspector::ReadObus(const Aggregation& aggregation) {
  for (size_t i = aggregation.continues ? 1 : 0; i < aggregation.elements.size(); ++i) {
    const auto obu = ParseObu(aggregation.elements[i]);
    if (!obu) continue;
    if (obu->has_extension) temporal_layer_ = obu->temporal_id;
    if (obu->type != ObuType::kSequenceHeader) continue;
    size_ = ParseSequenceHeader(obu->payload).value_or(size_);
  }
}

}  // namespace sluice::rtp::payload::av1
