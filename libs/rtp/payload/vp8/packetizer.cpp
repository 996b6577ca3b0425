#include "libs/rtp/payload/vp8/packetizer.h"

#include <algorithm>

#include "libs/rtp/payload/vp8/descriptor.h"

namespace sluice::rtp::payload::vp8 {

bool Packetizer::Packetize(const FrameView& from, std::vector<Packet>& out) const {
  const auto header = ParseFrameHeader(from.frame);
  if (!header) return false;
  const size_t first = out.size();
  const size_t room = max_payload_ - 1;
  const size_t count = (from.frame.size() + room - 1) / room;
  const size_t each = (from.frame.size() + count - 1) / count;
  for (ByteView rest = from.frame; !rest.empty();) {
    const ByteView part = rest.first(std::min(each, rest.size()));
    rest = rest.subspan(part.size());
    Packet& packet = out.emplace_back();
    packet.rtp_timestamp = from.rtp_timestamp;
    packet.arrival = from.arrival;
    packet.role.key_frame = header->key_frame;
    packet.payload.reserve(1 + part.size());
    packet.payload.push_back(ShortDescriptor(false, out.size() == first + 1, 0));
    packet.payload.insert(packet.payload.end(), part.begin(), part.end());
  }
  out[first].role.starts_access_unit = true;
  out.back().marker = true;
  return true;
}

}  // namespace sluice::rtp::payload::vp8
