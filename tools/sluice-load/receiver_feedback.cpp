#include "tools/sluice-load/receiver_feedback.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "libs/rtp/rtcp/feedback.h"
#include "libs/rtp/rtcp/source_description.h"
#include "libs/rtp/rtcp/transport_feedback.h"

namespace sluice::load {
namespace {

constexpr char kCname[] = "sluice-load";
// Of the arrival times that senders are told; only differences count.
constexpr Duration kOrigin{0};

}  // namespace

void ReceiverFeedback::OnPacket(const Arrival& arrival, Instant now) {
  if (arrival.transport_sequence) {
    transport_arrivals_.push_back({transport_unwrapper_.Unwrap(*arrival.transport_sequence), now});
  }
  if (arrival.repair) return;
  const auto known = tracks_.find(arrival.ssrc);
  if (known == tracks_.end() && tracks_.size() == kMaxTracks) return;
  Track& track = known != tracks_.end() ? known->second : tracks_[arrival.ssrc];
  const int64_t number = track.unwrapper.Unwrap(arrival.sequence_number);
  track.clock_rate = std::max(arrival.clock_rate, 1U);
  track.nack = arrival.nack;
  if (track.received++ == 0) {
    track.first = track.newest = number;
  } else if (number > track.newest) {
    for (int64_t missing = track.newest + 1;
         track.nack && missing < number && track.missing.size() < kMaxMissing; ++missing) {
      track.missing.try_emplace(missing);
    }
    track.newest = number;
  } else {
    track.missing.erase(number);
  }
  NoteJitter(track, arrival.rtp_timestamp, now);
}

// RFC 3550 §A.8
void ReceiverFeedback::NoteJitter(Track& track, uint32_t rtp_timestamp, Instant now) {
  const double arrived = ToSeconds(now.time_since_epoch()) * track.clock_rate;
  const double transit = std::remainder(arrived - rtp_timestamp, 4294967296.0);
  if (track.received > 1) {
    const double difference = std::abs(std::remainder(transit - track.transit, 4294967296.0));
    track.jitter += (difference - track.jitter) / 16;
  }
  track.transit = transit;
}

void ReceiverFeedback::OnRepaired(uint32_t ssrc, uint16_t sequence_number) {
  const auto found = tracks_.find(ssrc);
  if (found == tracks_.end()) return;
  found->second.missing.erase(found->second.unwrapper.Peek(sequence_number));
}

void ReceiverFeedback::OnSenderReport(const rtp::rtcp::SenderReport& report, Instant now) {
  const auto found = tracks_.find(report.ssrc);
  if (found == tracks_.end()) return;
  found->second.last_report_middle = report.ntp.Middle();
  found->second.last_report = now;
}

Bytes ReceiverFeedback::TakeDue(Instant now) {
  Bytes out;
  if (now >= next_report_ && !tracks_.empty()) AppendReport(now, out);
  AppendNacks(now, out);
  if (now >= next_transport_feedback_) AppendTransportFeedback(now, out);
  return out;
}

void ReceiverFeedback::AppendReport(Instant now, Bytes& out) {
  next_report_ = now + kReportInterval;
  rtp::rtcp::ReceiverReport report{.ssrc = ssrc_, .blocks = {}};
  for (auto& [ssrc, track] : tracks_) report.blocks.push_back(BlockOf(ssrc, track, now));
  rtp::rtcp::Serialize(report, out);
  rtp::rtcp::SourceDescription names;
  names.chunks.push_back({.ssrc = ssrc_, .cname = kCname});
  rtp::rtcp::Serialize(names, out);
}

// RFC 3550 §A.3
rtp::rtcp::ReportBlock ReceiverFeedback::BlockOf(uint32_t ssrc, Track& track, Instant now) {
  const auto expected = static_cast<uint64_t>(track.newest - track.first + 1);
  const auto lost = static_cast<int64_t>(expected - track.received);
  const auto expected_now = static_cast<int64_t>(expected - track.expected_before);
  const auto received_now = static_cast<int64_t>(track.received - track.received_before);
  track.expected_before = expected;
  track.received_before = track.received;
  const int64_t lost_now = std::max<int64_t>(expected_now - received_now, 0);
  rtp::rtcp::ReportBlock block{.ssrc = ssrc,
                               .cumulative_lost = static_cast<int32_t>(lost),
                               .extended_highest_sequence = static_cast<uint32_t>(track.newest),
                               .jitter = static_cast<uint32_t>(track.jitter),
                               .last_sender_report = track.last_report_middle};
  if (expected_now > 0)
    block.fraction_lost =
        static_cast<uint8_t>(std::min<int64_t>(lost_now * 256 / expected_now, 255));
  if (track.last_report_middle != 0) {
    block.delay_since_last_sender_report =
        static_cast<uint32_t>((now - track.last_report).count() * 65536 / 1'000'000);
  }
  return block;
}

void ReceiverFeedback::AppendNacks(Instant now, Bytes& out) {
  for (auto& [ssrc, track] : tracks_) {
    rtp::rtcp::Nack nack{.sender_ssrc = ssrc_, .media_ssrc = ssrc, .items = {}};
    for (auto it = track.missing.begin(); it != track.missing.end();) {
      Missing& missing = it->second;
      if (missing.times > 0 && now - missing.asked < kNackInterval) {
        ++it;
      } else if (missing.times == kMaxNacks) {
        it = track.missing.erase(it);
      } else {
        ++missing.times;
        missing.asked = now;
        nack.Add(static_cast<uint16_t>(it->first));
        ++nacked_;
        ++it;
      }
    }
    if (!nack.items.empty()) rtp::rtcp::Serialize(nack, out);
  }
}

void ReceiverFeedback::AppendTransportFeedback(Instant now, Bytes& out) {
  if (transport_arrivals_.empty() || tracks_.empty()) return;
  next_transport_feedback_ = now + kTransportInterval;
  auto arrivals = std::exchange(transport_arrivals_, {});
  std::sort(arrivals.begin(), arrivals.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  // From the last feedback on, so that what never came is told as lost; late ones begin earlier.
  int64_t base =
      std::min(next_transport_.value_or(arrivals.front().sequence), arrivals.front().sequence);
  const auto since_origin = [](Instant at) { return at.time_since_epoch() - kOrigin; };
  using Builder = rtp::rtcp::TransportFeedbackBuilder;
  Builder builder(static_cast<uint16_t>(base), since_origin(arrivals.front().at));
  const auto finish = [&] {
    rtp::rtcp::Serialize(builder.Build(ssrc_, tracks_.begin()->first, transport_feedback_count_++),
                         out);
  };
  int64_t last = base - 1;
  for (const TransportArrival& arrival : arrivals) {
    if (arrival.sequence == last) continue;  // came twice
    last = arrival.sequence;
    const auto number = static_cast<uint16_t>(arrival.sequence);
    if (builder.Add(number, since_origin(arrival.at))) continue;
    if (!builder.empty()) finish();
    builder = Builder(number, since_origin(arrival.at));
    builder.Add(number, since_origin(arrival.at));
  }
  finish();
  next_transport_ = std::max(next_transport_.value_or(0), last + 1);
}

}  // namespace sluice::load
