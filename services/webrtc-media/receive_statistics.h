// What a receiver reports of one source (RFC 3550 §6.4.1, §A.1, §A.3, §A.8).
#pragma once

#include <optional>

#include "libs/rtp/rtcp/report.h"
#include "libs/rtp/sequence_number.h"

namespace sluice::webrtc_media {

// Of the packets as they came on the wire: retransmitted ones (RTX) do not count. One thread.
class ReceiveStatistics {
 public:
  // A new source, or the same one with sequence numbers that have nothing to do with the old ones.
  void Restart() { *this = {}; }
  // Packet path.
  void OnPacket(uint16_t sequence_number, uint32_t rtp_timestamp, uint32_t clock_rate, Instant now);
  void OnSenderReport(NtpTime ntp, Instant now);

  // Of the time since the last call. nullopt: nothing has come yet.
  std::optional<rtp::rtcp::ReportBlock> TakeBlock(uint32_t ssrc, Instant now);
  // Ticks of the clock rate, smoothed.
  uint32_t jitter() const { return jitter_ >> 4; }

 private:
  rtp::SequenceUnwrapper unwrapper_;
  std::optional<int64_t> first_;
  int64_t received_ = 0;
  int64_t expected_before_ = 0;  // at the last block
  int64_t received_before_ = 0;
  uint32_t jitter_ = 0;  // times 16
  uint32_t last_timestamp_ = 0;
  Instant last_arrival_{};
  uint32_t last_report_ = 0;  // NtpTime::Middle()
  Instant last_report_at_{};
};

}  // namespace sluice::webrtc_media
