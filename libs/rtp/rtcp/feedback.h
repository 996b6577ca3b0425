// Feedback of receivers: NACK and PLI (RFC 4585 §6.2.1, §6.3.1), FIR (RFC 5104 §4.3.1), REMB
// (draft-alvestrand-rmcat-remb-03 §2.2).
#pragma once

#include "absl/container/inlined_vector.h"
#include "libs/rtp/rtcp/compound.h"

namespace sluice::rtp::rtcp {

struct Nack {
  // One lost packet and a bit for each of the 16 after it, the next one in the lowest bit.
  struct Item {
    uint16_t packet_id = 0;
    uint16_t following = 0;

    friend bool operator==(const Item&, const Item&) = default;
  };
  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;
  absl::InlinedVector<Item, 16> items;  // as many as the datagram held

  // Adds one sequence number; rising order makes the fewest items.
  void Add(uint16_t sequence_number);

  // Calls `each(uint16_t sequence_number)` in the order of the items.
  template <typename Each>
  void ForEach(Each&& each) const {
    for (const Item& item : items) {
      each(item.packet_id);
      for (int bit = 0; bit < 16; ++bit) {
        if (item.following >> bit & 1) each(static_cast<uint16_t>(item.packet_id + bit + 1));
      }
    }
  }
  friend bool operator==(const Nack&, const Nack&) = default;
};

struct PictureLossIndication {
  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;

  friend bool operator==(const PictureLossIndication&, const PictureLossIndication&) = default;
};

struct FullIntraRequest {
  struct Item {
    uint32_t ssrc = 0;
    uint8_t sequence_number = 0;  // a repeated one is the same request

    friend bool operator==(const Item&, const Item&) = default;
  };
  uint32_t sender_ssrc = 0;
  absl::InlinedVector<Item, 4> items;

  friend bool operator==(const FullIntraRequest&, const FullIntraRequest&) = default;
};

struct ReceiverEstimatedMaximumBitrate {
  uint32_t sender_ssrc = 0;
  uint64_t bitrate_bps = 0;
  absl::InlinedVector<uint32_t, 4> ssrcs;

  friend bool operator==(const ReceiverEstimatedMaximumBitrate&,
                         const ReceiverEstimatedMaximumBitrate&) = default;
};

// nullopt: another type or format, or cut short.
std::optional<Nack> ParseNack(const PacketView& packet);
std::optional<PictureLossIndication> ParsePictureLossIndication(const PacketView& packet);
std::optional<FullIntraRequest> ParseFullIntraRequest(const PacketView& packet);
std::optional<ReceiverEstimatedMaximumBitrate> ParseReceiverEstimatedMaximumBitrate(
    const PacketView& packet);

// Append one RTCP packet.
void Serialize(const Nack& nack, Bytes& out);
void Serialize(const PictureLossIndication& indication, Bytes& out);
void Serialize(const FullIntraRequest& request, Bytes& out);
// The bitrate is rounded down to 18 significant bits; at most 255 SSRCs are written.
void Serialize(const ReceiverEstimatedMaximumBitrate& estimate, Bytes& out);

}  // namespace sluice::rtp::rtcp
