#include "libs/rtp/rtcp/compound.h"

#include "libs/base/byte_reader.h"

namespace sluice::rtp::rtcp {

bool IsRtcp(ByteView packet) {
  return packet.size() >= 4 && packet[0] >> 6 == 2 && packet[1] >= 192 && packet[1] <= 223;
}

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// |V=2|P|  count  |     type      |  length in 32-bit words - 1   |
// |  body; if P: padding, its last byte says how many bytes it has|
std::optional<PacketView> CompoundReader::Next() {
  if (rest_.empty() || !ok_) return std::nullopt;
  ok_ = false;
  ByteReader reader(rest_);
  uint8_t first = reader.ReadU8();
  PacketView packet;
  packet.count = first & 0x1f;
  packet.type = PacketType(reader.ReadU8());
  packet.body = reader.ReadBytes(size_t{4} * reader.ReadU16());
  if (!reader.ok() || first >> 6 != 2) return std::nullopt;
  if ((first & 0x20) != 0) {
    size_t padding = packet.body.empty() ? 0 : packet.body.back();
    if (padding == 0 || padding > packet.body.size()) return std::nullopt;
    packet.body = packet.body.first(packet.body.size() - padding);
  }
  rest_ = reader.rest();
  ok_ = true;
  return packet;
}

}  // namespace sluice::rtp::rtcp
