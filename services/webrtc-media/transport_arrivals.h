// When the packets of a transport arrived, for its sender's bandwidth estimate
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include <optional>
#include <vector>

#include "libs/rtp/rtcp/transport_feedback.h"
#include "libs/rtp/sequence_number.h"

namespace sluice::webrtc_media {

// One thread.
class TransportArrivals {
 public:
  static constexpr Duration kInterval = 50ms;
  // Packets that are kept between two feedbacks: 50,000 a second. More are not told of, which
  // their sender takes for loss.
  static constexpr size_t kMaxKept = 2500;

  // Packet path.
  void Add(uint16_t sequence_number, Instant now);
  // Appends feedback about what has come since the last call, if kInterval has passed.
  // media_ssrc: any of the transport's.
  void AppendDue(uint32_t sender_ssrc, uint32_t media_ssrc, Instant now, Bytes& out);

 private:
  struct Arrival {
    int64_t sequence;
    Duration at;  // since origin_
  };
  int64_t Base(int64_t first) const;

  rtp::SequenceUnwrapper unwrapper_;
  std::optional<Instant> origin_;
  std::vector<Arrival> kept_;
  std::optional<int64_t> next_;  // the first that no feedback has spoken of
  Instant told_{};
  uint8_t count_ = 0;
};

}  // namespace sluice::webrtc_media
