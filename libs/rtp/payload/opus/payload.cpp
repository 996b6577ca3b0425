#include "libs/rtp/payload/opus/payload.h"

#include <utility>

#include "libs/media/opus_packet.h"

namespace sluice::rtp::payload::opus {

std::optional<Packet> Packetizer::Packetize(Bytes opus_packet, uint32_t rtp_timestamp,
                                            Instant arrival) const {
  if (opus_packet.empty() || opus_packet.size() > max_payload_) return std::nullopt;
  Packet packet;
  packet.rtp_timestamp = rtp_timestamp;
  packet.arrival = arrival;
  packet.role.starts_access_unit = true;
  packet.payload = std::move(opus_packet);
  return packet;
}

std::optional<OpusPacketView> Depacketizer::Push(const Packet& packet) {
  OpusPacketView view;
  view.bytes = packet.payload;
  view.rtp_timestamp = packet.rtp_timestamp;
  view.samples = media::OpusPacketSamples(packet.payload);
  if (view.samples == 0) {
    ++malformed_packets_;
    return std::nullopt;
  }
  if (last_sequence_number_) {
    view.lost_packets = static_cast<uint16_t>(packet.sequence_number - *last_sequence_number_ - 1);
  }
  last_sequence_number_ = packet.sequence_number;
  return view;
}

}  // namespace sluice::rtp::payload::opus
