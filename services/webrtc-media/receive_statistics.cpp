#include "services/webrtc-media/receive_statistics.h"

#include <algorithm>
#include <cstdlib>

namespace sluice::webrtc_media {

void ReceiveStatistics::OnPacket(uint16_t sequence_number, uint32_t rtp_timestamp,
                                 uint32_t clock_rate, Instant now) {
  const int64_t sequence = unwrapper_.Unwrap(sequence_number);
  if (!first_) first_ = sequence;
  ++received_;
  // §A.8. Packets of one frame share a timestamp: only its first one says something.
  if (received_ > 1 && rtp_timestamp != last_timestamp_) {
    const int64_t passed = (now - last_arrival_).count() * int64_t{clock_rate} / 1'000'000;
    const int64_t transit = passed - static_cast<int32_t>(rtp_timestamp - last_timestamp_);
    // Beyond 10 s the timestamps have jumped, and are no measure.
    if (const int64_t distance = std::abs(transit); distance < 10 * int64_t{clock_rate}) {
      jitter_ += static_cast<uint32_t>(distance) - ((jitter_ + 8) >> 4);
    }
  }
  if (received_ == 1 || rtp_timestamp != last_timestamp_) {
    last_timestamp_ = rtp_timestamp;
    last_arrival_ = now;
  }
}

void ReceiveStatistics::OnSenderReport(NtpTime ntp, Instant now) {
  last_report_ = ntp.Middle();
  last_report_at_ = now;
}

std::optional<rtp::rtcp::ReportBlock> ReceiveStatistics::TakeBlock(uint32_t ssrc, Instant now) {
  if (!first_) return std::nullopt;
  constexpr int64_t kMaxLost = 0x7fffff;  // 24 bits, signed
  const int64_t expected = *unwrapper_.newest() - *first_ + 1;
  const int64_t lost = expected - received_;
  const int64_t expected_lately = expected - expected_before_;
  const int64_t lost_lately = expected_lately - (received_ - received_before_);
  expected_before_ = expected;
  received_before_ = received_;

  rtp::rtcp::ReportBlock block{.ssrc = ssrc};
  if (expected_lately > 0 && lost_lately > 0) {
    block.fraction_lost =
        static_cast<uint8_t>(std::min<int64_t>(255, lost_lately * 256 / expected_lately));
  }
  block.cumulative_lost = static_cast<int32_t>(std::clamp(lost, -kMaxLost, kMaxLost));
  block.extended_highest_sequence = static_cast<uint32_t>(*unwrapper_.newest());
  block.jitter = jitter();
  block.last_sender_report = last_report_;
  if (last_report_ != 0) {
    block.delay_since_last_sender_report =
        static_cast<uint32_t>((now - last_report_at_).count() * 65536 / 1'000'000);
  }
  return block;
}

}  // namespace sluice::webrtc_media
