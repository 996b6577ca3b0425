#include "libs/rtp/payload/aac/packetizer.h"

#include <algorithm>
#include <utility>

#include "libs/base/byte_writer.h"
#include "libs/rtp/payload/aac/payload_structure.h"

namespace sluice::rtp::payload::aac {
namespace {

constexpr int kIndexBits = 3;

Packet MakePacket(const AccessUnitsView& from, size_t index) {
  Packet packet;
  packet.rtp_timestamp =
      from.rtp_timestamp + static_cast<uint32_t>(index) * from.samples_per_access_unit;
  packet.arrival = from.arrival;
  packet.role.starts_access_unit = true;
  packet.marker = true;
  return packet;
}

bool IsCarried(ByteView access_unit) {
  return !access_unit.empty() && access_unit.size() <= kMaxAccessUnit;
}

Bytes PayloadOf(std::span<const ByteView> access_units, size_t size) {
  Bytes payload;
  payload.reserve(size);
  ByteWriter writer(payload);
  writer.WriteU16(static_cast<uint16_t>(access_units.size() * kAuHeaderBits));
  for (ByteView access_unit : access_units) {
    writer.WriteU16(static_cast<uint16_t>(access_unit.size() << kIndexBits));
  }
  for (ByteView access_unit : access_units) writer.WriteBytes(access_unit);
  return payload;
}

// Each fragment says the size of the whole access unit (§3.2.3.1); equal in size but for the last.
void Fragment(const AccessUnitsView& from, size_t index, size_t max_payload,
              std::vector<Packet>& out) {
  ByteView rest = from.access_units[index];
  auto size = static_cast<uint16_t>(rest.size());
  size_t room = max_payload - kAuHeadersLengthBytes - kAuHeaderBytes;
  size_t count = (rest.size() + room - 1) / room;
  size_t each = (rest.size() + count - 1) / count;
  while (!rest.empty()) {
    ByteView fragment = rest.first(std::min(each, rest.size()));
    rest = rest.subspan(fragment.size());
    Packet packet = MakePacket(from, index);
    packet.marker = rest.empty();
    ByteWriter writer(packet.payload);
    writer.WriteU16(kAuHeaderBits);
    writer.WriteU16(static_cast<uint16_t>(size << kIndexBits));
    writer.WriteBytes(fragment);
    out.push_back(std::move(packet));
  }
}

}  // namespace

size_t Packetizer::Packetize(const AccessUnitsView& from, std::vector<Packet>& out) const {
  size_t left_out = 0;
  size_t begin = 0;  // of the group that will share a packet
  size_t group_size = kAuHeadersLengthBytes;
  auto flush = [&](size_t end) {
    if (end > begin) {
      Packet packet = MakePacket(from, begin);
      packet.payload = PayloadOf(from.access_units.subspan(begin, end - begin), group_size);
      out.push_back(std::move(packet));
    }
    begin = end;
    group_size = kAuHeadersLengthBytes;
  };
  for (size_t i = 0; i < from.access_units.size(); ++i) {
    size_t wanted = kAuHeaderBytes + from.access_units[i].size();
    bool carried = IsCarried(from.access_units[i]);
    bool alone = kAuHeadersLengthBytes + wanted > max_payload_;
    if (!carried || alone || group_size + wanted > max_payload_) flush(i);
    if (!carried) ++left_out;
    if (carried && alone) Fragment(from, i, max_payload_, out);
    if (!carried || alone) begin = i + 1;
    if (carried && !alone) group_size += wanted;
  }
  flush(from.access_units.size());
  return left_out;
}

}  // namespace sluice::rtp::payload::aac
