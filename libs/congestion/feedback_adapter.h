// From the receiver's transport-wide feedback to packets with send and arrival times.
#pragma once

#include <optional>

#include "absl/container/inlined_vector.h"
#include "libs/congestion/sent_packets.h"

namespace sluice::congestion {

// The fields of draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1 that matter here.
struct Feedback {
  struct Packet {
    uint16_t sequence_number = 0;
    bool received = false;
    int32_t offset = 0;  // 250 us, since reference_time: the receive deltas up to here, summed
  };
  uint32_t reference_time = 0;  // 24 bits, 64 ms, of the receiver's clock
  absl::InlinedVector<Packet, 128> packets;
};

// A packet that has arrived.
struct ReceivedPacket {
  Instant sent{};
  Duration arrival{};  // receiver's clock, from an unknown origin
  uint16_t size = 0;   // bytes
  uint8_t probe = 0;
};

// What one feedback has told that was not known before.
struct FeedbackNews {
  absl::InlinedVector<ReceivedPacket, 128> received;  // at most SentPackets::kMaxSize
  size_t lost = 0;                                    // packets that the receiver has not got (yet)
  bool clock_jumped = false;  // arrival times do not go on from the last feedback's
};

// One transport. Never believes in packets that were not sent, and each packet arrives once.
class FeedbackAdapter {
 public:
  // A receiver's clock that leaps so far between two feedbacks is another clock.
  static constexpr Duration kLongestStep = 60s;

  FeedbackNews OnFeedback(const Feedback& feedback, SentPackets& sent, Instant now);

 private:
  // The feedback's reference time on a scale that does not wrap.
  Duration Unwrap(uint32_t reference_time, bool& jumped);

  std::optional<uint32_t> last_reference_;  // 24 bits
  Duration reference_{};
};

}  // namespace sluice::congestion
