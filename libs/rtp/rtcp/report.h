// Sender and receiver reports (RFC 3550 §6.4).
#pragma once

#include "absl/container/inlined_vector.h"
#include "libs/base/instant.h"
#include "libs/rtp/rtcp/compound.h"

namespace sluice::rtp::rtcp {

struct ReportBlock {
  uint32_t ssrc = 0;                            // of the source reported on
  uint8_t fraction_lost = 0;                    // of 256, since the last report
  int32_t cumulative_lost = 0;                  // 24 bits, signed
  uint32_t extended_highest_sequence = 0;       // cycles in the upper half
  uint32_t jitter = 0;                          // RTP ticks
  uint32_t last_sender_report = 0;              // NtpTime::Middle() of it, 0 if none came
  uint32_t delay_since_last_sender_report = 0;  // 1/65536 s

  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};
// At most 31, the wire's limit.
using ReportBlocks = absl::InlinedVector<ReportBlock, 4>;

struct SenderReport {
  uint32_t ssrc = 0;
  NtpTime ntp;
  uint32_t rtp_timestamp = 0;  // of the same moment
  uint32_t packet_count = 0;
  uint32_t octet_count = 0;  // payload
  ReportBlocks blocks;

  friend bool operator==(const SenderReport&, const SenderReport&) = default;
};

struct ReceiverReport {
  uint32_t ssrc = 0;
  ReportBlocks blocks;

  friend bool operator==(const ReceiverReport&, const ReceiverReport&) = default;
};

// Profile-specific extensions behind the blocks are ignored. nullopt: another type, or cut short.
std::optional<SenderReport> ParseSenderReport(const PacketView& packet);
std::optional<ReceiverReport> ParseReceiverReport(const PacketView& packet);

// Append one RTCP packet. Blocks beyond the 31st are left out.
void Serialize(const SenderReport& report, Bytes& out);
void Serialize(const ReceiverReport& report, Bytes& out);

}  // namespace sluice::rtp::rtcp
