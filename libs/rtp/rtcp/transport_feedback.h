// Transport-wide congestion control feedback: when each packet of a transport arrived
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
#pragma once

#include <optional>

#include "absl/container/inlined_vector.h"
#include "libs/base/instant.h"
#include "libs/rtp/rtcp/compound.h"

namespace sluice::rtp::rtcp {

struct TransportFeedback {
  static constexpr Duration kTick{250us};          // of arrival deltas
  static constexpr Duration kReferenceTick{64ms};  // of the reference time

  // One packet that arrived.
  struct Arrival {
    uint16_t offset = 0;  // its sequence number minus base_sequence_number
    int16_t delta = 0;    // ticks since the arrival before, of the first since the reference time

    friend bool operator==(const Arrival&, const Arrival&) = default;
  };

  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;
  uint16_t base_sequence_number = 0;  // transport-wide
  uint16_t packet_count = 0;          // from the base on; those without an arrival are lost
  int32_t reference_time = 0;         // in kReferenceTick, 24 bits signed; from any origin
  uint8_t feedback_count = 0;         // grows by one with each feedback, wraps
  // In rising order of `offset`; as many as the datagram held.
  absl::InlinedVector<Arrival, 32> arrivals;

  // Calls `each(uint16_t sequence_number, std::optional<Duration> arrival)` for all packet_count
  // packets, in order of sequence number; the arrival is since the origin of reference_time.
  template <typename Each>
  void ForEach(Each&& each) const {
    Duration now = reference_time * kReferenceTick;
    size_t next = 0;
    for (uint32_t offset = 0; offset < packet_count; ++offset) {
      const auto number = static_cast<uint16_t>(base_sequence_number + offset);
      if (next == arrivals.size() || arrivals[next].offset != offset) {
        each(number, std::optional<Duration>());
        continue;
      }
      now += arrivals[next++].delta * kTick;
      each(number, std::optional<Duration>(now));
    }
  }
  friend bool operator==(const TransportFeedback&, const TransportFeedback&) = default;
};

// nullopt: another type or format, cut short, or no packets. A packet_count that the chunks do not
// cover is malformed, too.
std::optional<TransportFeedback> ParseTransportFeedback(const PacketView& packet);

// Appends one RTCP packet. feedback: with rising offsets below packet_count, as Parse and
// TransportFeedbackBuilder make it.
void Serialize(const TransportFeedback& feedback, Bytes& out);

// Fills one feedback of a receiver.
class TransportFeedbackBuilder {
 public:
  // So that one feedback fits into a datagram, whatever arrived.
  static constexpr size_t kMaxArrivals = 256;
  static constexpr uint32_t kMaxPackets = 1500;

  // first_arrival: of the first packet to be added, since any origin (not negative).
  TransportFeedbackBuilder(uint16_t base_sequence_number, Duration first_arrival);

  // Adds a packet. They come in rising order of sequence number, from the base on; arrivals may be
  // in any order. False, and nothing is added: it does not fit; build this one and begin another
  // with it.
  bool Add(uint16_t sequence_number, Duration arrival);
  bool empty() const { return feedback_.arrivals.empty(); }
  TransportFeedback Build(uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t feedback_count) const;

 private:
  TransportFeedback feedback_;
  int64_t last_ticks_;  // arrival of the last one as the receiver of the feedback will see it
};

}  // namespace sluice::rtp::rtcp
