#include "libs/rtp/rtcp/feedback.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "libs/base/byte_reader.h"

namespace sluice::rtp::rtcp {
namespace {

// FMT: RFC 4585 §6.2, §6.3; RFC 5104 §4.3.
constexpr uint8_t kGenericNack = 1;
constexpr uint8_t kPictureLoss = 1;
constexpr uint8_t kFullIntra = 4;
constexpr uint8_t kApplicationLayer = 15;
constexpr uint32_t kRembName = 0x52454d42;  // "REMB"

bool Is(const PacketView& packet, PacketType type, uint8_t format) {
  return packet.type == type && packet.count == format;
}

}  // namespace

void Nack::Add(uint16_t sequence_number) {
  if (!items.empty()) {
    auto distance = static_cast<uint16_t>(sequence_number - items.back().packet_id);
    if (distance == 0) return;
    if (distance <= 16) {
      items.back().following |= static_cast<uint16_t>(1U << (distance - 1));
      return;
    }
  }
  items.push_back({sequence_number, 0});
}

// All: | sender SSRC 32 | media SSRC 32 | control information |
// NACK: { packet id 16 | bit mask of the following 16 }...
std::optional<Nack> ParseNack(const PacketView& packet) {
  if (!Is(packet, PacketType::kTransportFeedback, kGenericNack)) return std::nullopt;
  ByteReader reader(packet.body);
  Nack nack;
  nack.sender_ssrc = reader.ReadU32();
  nack.media_ssrc = reader.ReadU32();
  while (reader.ok() && reader.remaining() > 0) {
    uint16_t packet_id = reader.ReadU16();
    nack.items.push_back({packet_id, reader.ReadU16()});
  }
  if (!reader.ok() || nack.items.empty()) return std::nullopt;
  return nack;
}

std::optional<PictureLossIndication> ParsePictureLossIndication(const PacketView& packet) {
  if (!Is(packet, PacketType::kPayloadFeedback, kPictureLoss)) return std::nullopt;
  ByteReader reader(packet.body);
  PictureLossIndication indication;
  indication.sender_ssrc = reader.ReadU32();
  indication.media_ssrc = reader.ReadU32();
  if (!reader.ok()) return std::nullopt;
  return indication;
}

// The media SSRC is 0. { SSRC 32 | sequence 8 | reserved 24 }...
std::optional<FullIntraRequest> ParseFullIntraRequest(const PacketView& packet) {
  if (!Is(packet, PacketType::kPayloadFeedback, kFullIntra)) return std::nullopt;
  ByteReader reader(packet.body);
  FullIntraRequest request;
  request.sender_ssrc = reader.ReadU32();
  reader.Skip(4);
  while (reader.ok() && reader.remaining() > 0) {
    uint32_t ssrc = reader.ReadU32();
    request.items.push_back({ssrc, reader.ReadU8()});
    reader.Skip(3);
  }
  if (!reader.ok() || request.items.empty()) return std::nullopt;
  return request;
}

// | "REMB" | count of SSRCs 8 | exponent 6, mantissa 18 | SSRC 32... |
std::optional<ReceiverEstimatedMaximumBitrate> ParseReceiverEstimatedMaximumBitrate(
    const PacketView& packet) {
  if (!Is(packet, PacketType::kPayloadFeedback, kApplicationLayer)) return std::nullopt;
  ByteReader reader(packet.body);
  ReceiverEstimatedMaximumBitrate estimate;
  estimate.sender_ssrc = reader.ReadU32();
  reader.Skip(4);
  if (reader.ReadU32() != kRembName) return std::nullopt;
  uint8_t count = reader.ReadU8();
  uint32_t bitrate = reader.ReadU24();
  uint32_t exponent = bitrate >> 18;
  uint64_t mantissa = bitrate & 0x3ffff;
  // 18 bits moved by more than 46 leave 64.
  bool fits = exponent <= 46;
  estimate.bitrate_bps = fits ? mantissa << exponent : std::numeric_limits<uint64_t>::max();
  for (int i = 0; i < count && reader.ok(); ++i) estimate.ssrcs.push_back(reader.ReadU32());
  if (!reader.ok()) return std::nullopt;
  return estimate;
}

void Serialize(const Nack& nack, Bytes& out) {
  AppendPacket(PacketType::kTransportFeedback, kGenericNack, out, [&](ByteWriter& writer) {
    writer.WriteU32(nack.sender_ssrc);
    writer.WriteU32(nack.media_ssrc);
    for (const Nack::Item& item : nack.items) {
      writer.WriteU16(item.packet_id);
      writer.WriteU16(item.following);
    }
  });
}

void Serialize(const PictureLossIndication& indication, Bytes& out) {
  AppendPacket(PacketType::kPayloadFeedback, kPictureLoss, out, [&](ByteWriter& writer) {
    writer.WriteU32(indication.sender_ssrc);
    writer.WriteU32(indication.media_ssrc);
  });
}

void Serialize(const FullIntraRequest& request, Bytes& out) {
  AppendPacket(PacketType::kPayloadFeedback, kFullIntra, out, [&](ByteWriter& writer) {
    writer.WriteU32(request.sender_ssrc);
    writer.WriteU32(0);
    for (const FullIntraRequest::Item& item : request.items) {
      writer.WriteU32(item.ssrc);
      writer.WriteU8(item.sequence_number);
      writer.WriteU24(0);
    }
  });
}

void Serialize(const ReceiverEstimatedMaximumBitrate& estimate, Bytes& out) {
  AppendPacket(PacketType::kPayloadFeedback, kApplicationLayer, out, [&](ByteWriter& writer) {
    const size_t count = std::min<size_t>(estimate.ssrcs.size(), 255);
    const int exponent = std::max(0, static_cast<int>(std::bit_width(estimate.bitrate_bps)) - 18);
    writer.WriteU32(estimate.sender_ssrc);
    writer.WriteU32(0);
    writer.WriteU32(kRembName);
    writer.WriteU8(static_cast<uint8_t>(count));
    writer.WriteU24(static_cast<uint32_t>(exponent) << 18 |
                    static_cast<uint32_t>(estimate.bitrate_bps >> exponent));
    for (size_t i = 0; i < count; ++i) writer.WriteU32(estimate.ssrcs[i]);
  });
}

}  // namespace sluice::rtp::rtcp
