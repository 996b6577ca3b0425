// RTCP's outer shape: one datagram, several packets (RFC 3550 §6.1).
#pragma once

#include <optional>

#include "libs/base/byte_writer.h"
#include "libs/base/bytes.h"

namespace sluice::rtp::rtcp {

enum class PacketType : uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kSourceDescription = 202,
  kGoodbye = 203,
  kApp = 204,
  kTransportFeedback = 205,  // RFC 4585 §6.2: NACK
  kPayloadFeedback = 206,    // RFC 4585 §6.3: PLI, FIR, REMB
};

// One packet of a compound. Borrowed from it.
struct PacketView {
  PacketType type{};  // any value
  uint8_t count = 0;  // 0..31: count of blocks or sources, subtype, or feedback format (FMT)
  ByteView body;      // after the common header's four bytes, without padding
};

// True if a packet on a port shared by both is RTCP and not RTP (RFC 5761 §4: second byte
// 192..223).
bool IsRtcp(ByteView packet);

// Walks through a compound packet. Also takes a reduced-size one (RFC 5506), whose first packet is
// not a report. Allocates nothing.
class CompoundReader {
 public:
  explicit CompoundReader(ByteView bytes) : rest_(bytes) {}

  // nullopt at the end, or when a header is malformed: version not 2, or a length that leads
  // outside.
  std::optional<PacketView> Next();
  // False if it ended at something malformed.
  bool ok() const { return ok_; }

 private:
  ByteView rest_;
  bool ok_ = true;
};

// Appends one packet: common header, then what `write_body(ByteWriter&)` writes, zeroes up to a
// multiple of four, and the length.
template <typename WriteBody>
void AppendPacket(PacketType type, uint8_t count, Bytes& out, WriteBody&& write_body) {
  ByteWriter writer(out);
  size_t start = out.size();
  writer.WriteU8(static_cast<uint8_t>(0x80 | (count & 0x1f)));
  writer.WriteU8(static_cast<uint8_t>(type));
  writer.WriteU16(0);
  write_body(writer);
  while ((out.size() - start) % 4 != 0) writer.WriteU8(0);
  writer.PatchU16(start + 2, static_cast<uint16_t>((out.size() - start) / 4 - 1));
}

}  // namespace sluice::rtp::rtcp
