#include "tools/sluice-load/misbehaviour.h"

#include <array>
#include <limits>
#include <utility>

#include "libs/rtp/rtcp/feedback.h"
#include "libs/rtp/rtcp/report.h"
#include "libs/rtp/rtcp/transport_feedback.h"

namespace sluice::load {
namespace {

constexpr uint16_t kAskedAgain = 256;     // packets
constexpr uint16_t kFromFuture = 20'000;  // sequence numbers ahead

}  // namespace

std::optional<Misbehaviour> ParseMisbehaviour(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Misbehaviour>, 4> kNames = {{
      {"nack-storm", Misbehaviour::kNackStorm},
      {"pli-storm", Misbehaviour::kPliStorm},
      {"rtcp-lies", Misbehaviour::kRtcpLies},
      {"rtcp-replay", Misbehaviour::kRtcpReplay},
  }};
  for (const auto& [name, kind] : kNames) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

void BadFeedback::OnPacket(uint32_t ssrc, uint16_t sequence_number) {
  if (newest_.size() < kMaxTracks || newest_.contains(ssrc)) newest_[ssrc] = sequence_number;
}

Bytes BadFeedback::Next() {
  Bytes out;
  if (newest_.empty()) return out;
  ++count_;
  if (kind_ == Misbehaviour::kNackStorm) AppendNacks(out);
  if (kind_ == Misbehaviour::kPliStorm) AppendPictureLosses(out);
  if (kind_ == Misbehaviour::kRtcpLies) AppendLies(out);
  return out;
}

void BadFeedback::AppendNacks(Bytes& out) const {
  for (const auto& [ssrc, newest] : newest_) {
    rtp::rtcp::Nack nack{.sender_ssrc = ssrc_, .media_ssrc = ssrc, .items = {}};
    for (uint16_t back = kAskedAgain; back > 0; --back) {
      nack.Add(static_cast<uint16_t>(newest - back));
    }
    rtp::rtcp::Serialize(nack, out);
  }
}

void BadFeedback::AppendPictureLosses(Bytes& out) const {
  for (const auto& [ssrc, newest] : newest_) {
    rtp::rtcp::Serialize(rtp::rtcp::PictureLossIndication{.sender_ssrc = ssrc_, .media_ssrc = ssrc},
                         out);
    rtp::rtcp::FullIntraRequest request{.sender_ssrc = ssrc_, .items = {}};
    request.items.push_back({.ssrc = ssrc, .sequence_number = static_cast<uint8_t>(count_)});
    rtp::rtcp::Serialize(request, out);
  }
}

void BadFeedback::AppendLies(Bytes& out) {
  rtp::rtcp::ReceiverReport report{.ssrc = ssrc_, .blocks = {}};
  for (const auto& [ssrc, newest] : newest_) {
    report.blocks.push_back({.ssrc = ssrc,
                             .fraction_lost = 255,
                             .cumulative_lost = 0x7fffff,
                             .extended_highest_sequence = 0xffffffff,
                             .jitter = 0xffffffff,
                             .last_sender_report = 0xffffffff,
                             .delay_since_last_sender_report = 0xffffffff});
  }
  report.blocks.push_back({.ssrc = 0xdeadbeef, .fraction_lost = 255});
  rtp::rtcp::Serialize(report, out);
  for (uint64_t bitrate : {uint64_t{0}, uint64_t{1} << 63, std::numeric_limits<uint64_t>::max()}) {
    rtp::rtcp::ReceiverEstimatedMaximumBitrate estimate{
        .sender_ssrc = ssrc_, .bitrate_bps = bitrate, .ssrcs = {}};
    estimate.ssrcs.push_back(newest_.begin()->first);
    rtp::rtcp::Serialize(estimate, out);
  }
  rtp::rtcp::TransportFeedbackBuilder builder(static_cast<uint16_t>(count_ + kFromFuture),
                                              std::chrono::hours(100));
  for (uint16_t i = 0; i < 100; ++i) {
    builder.Add(static_cast<uint16_t>(count_ + kFromFuture + i), std::chrono::hours(100));
  }
  rtp::rtcp::Serialize(builder.Build(ssrc_, newest_.begin()->first, static_cast<uint8_t>(count_)),
                       out);
  rtp::rtcp::Serialize(rtp::rtcp::Nack{.sender_ssrc = ssrc_, .media_ssrc = 0xdeadbeef, .items = {}},
                       out);
}

}  // namespace sluice::load
