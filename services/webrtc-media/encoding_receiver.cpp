#include "services/webrtc-media/encoding_receiver.h"

#include <algorithm>
#include <utility>

#include "libs/rtp/payload/red/redundancy.h"

namespace sluice::webrtc_media {
namespace {

constexpr size_t kRtxHeader = 2;  // RFC 4588 §4: original sequence number

}  // namespace

EncodingReceiver::EncodingReceiver(const PublisherTrackSettings& track, uint16_t number,
                                   EncodingCounters& counters, PublishedTurn& turn)
    : track_(track),
      number_(number),
      counters_(counters),
      turn_(turn),
      inlet_(track, number, counters, turn),
      reorder_(inlet_) {}

void EncodingReceiver::OnMedia(ReceivedPacket packet, Instant now) {
  active_ = true;
  const size_t bytes = packet.rtp.payload.size();
  counters_.packets.Add(1);
  counters_.bytes.Add(bytes);
  rate_.Add(bytes, now);
  statistics_.OnPacket(packet.rtp.sequence_number, packet.rtp.rtp_timestamp, inlet_.clock_rate(),
                       now);
  if (track_.red_payload_type != 0 && packet.rtp.payload_type == track_.red_payload_type) {
    return OnRed(packet, now);
  }
  Order(packet, now);
}

void EncodingReceiver::OnRtx(ReceivedPacket packet, Instant now) {
  counters_.retransmitted_packets.Add(1);
  const ByteView payload = packet.rtp.payload;
  if (payload.size() < kRtxHeader) return;  // padding
  const auto format = std::find_if(
      track_.formats.begin(), track_.formats.end(),
      [&](const PublisherFormat& f) { return f.rtx_payload_type == packet.rtp.payload_type; });
  if (format == track_.formats.end()) return counters_.dropped_packets.Add(1);
  packet.rtp.sequence_number = static_cast<uint16_t>(payload[0] << 8 | payload[1]);
  packet.rtp.payload = payload.subspan(kRtxHeader);
  packet.rtp.payload_type = format->payload_type;
  packet.rtp.ssrc = ssrc_;
  // What is not missing has come meanwhile, or was never sent: nothing may begin with it.
  if (reorder_.IsMissing(packet.rtp.sequence_number)) Order(packet, now);
}

// Blocks of earlier packets repair what is missing of them.
void EncodingReceiver::OnRed(const ReceivedPacket& packet, Instant now) {
  const auto blocks = rtp::payload::red::Unpack(packet.rtp.payload);
  if (!blocks) return counters_.dropped_packets.Add(1);
  const auto unpack = [&](const rtp::payload::red::Block& block, size_t before) {
    ReceivedPacket unpacked = packet;
    unpacked.rtp.sequence_number = static_cast<uint16_t>(packet.rtp.sequence_number - before);
    unpacked.rtp.rtp_timestamp = packet.rtp.rtp_timestamp - block.timestamp_offset;
    unpacked.rtp.payload_type = block.payload_type;
    unpacked.rtp.marker = packet.rtp.marker && before == 0;
    unpacked.rtp.payload = block.payload;
    return unpacked;
  };
  size_t before = blocks->redundant.size();
  for (const rtp::payload::red::Block& block : blocks->redundant) {
    const ReceivedPacket repaired = unpack(block, before--);
    if (!block.payload.empty() && reorder_.IsNewOrMissing(repaired.rtp.sequence_number)) {
      Order(repaired, now);
    }
  }
  Order(unpack(blocks->primary, 0), now);
}

void EncodingReceiver::Order(const ReceivedPacket& packet, Instant now) {
  const auto verdict = reorder_.Take(packet, now);
  if (verdict == ReorderBuffer::Verdict::kJump) statistics_.Restart();
}

void EncodingReceiver::OnSource(uint32_t ssrc) {
  if (ssrc_ == ssrc) return;
  ssrc_ = ssrc;
  reorder_.Reset();
  statistics_.Restart();
}

void EncodingReceiver::OnGoodbye() {
  active_ = false;
  reorder_.Reset();
  statistics_.Restart();
}

void EncodingReceiver::OnSenderReport(const rtp::rtcp::SenderReport& report, Instant now) {
  statistics_.OnSenderReport(report.ntp, now);
  turn_.items.push_back({number_, SourceClock{report.ntp, report.rtp_timestamp}});
}

Duration EncodingReceiver::RoundTrip() const {
  return answer_time() != Duration(0) ? answer_time() : kFirstRoundTrip;
}

void EncodingReceiver::OnTime(Instant now) {
  if (reorder_.complete()) return;
  if (inlet_.is_video()) {
    const Duration patience =
        std::clamp(RoundTrip() * kVideoRoundTrips, kMinVideoPatience, kMaxVideoPatience);
    reorder_.GiveUp({.time = patience}, now);
  } else {
    const bool red = track_.red_payload_type != 0;
    reorder_.GiveUp({.time = kAudioPatience, .newer = red ? kRedAudioNewer : kAudioNewer}, now);
  }
}

void EncodingReceiver::AppendFeedback(uint32_t sender_ssrc, Instant now, Bytes& out) {
  if (!active_ || ssrc_ == 0) return;
  if (track_.nack && inlet_.is_video() && inlet_.wanted() && !reorder_.complete()) {
    rtp::rtcp::Nack nack{.sender_ssrc = sender_ssrc, .media_ssrc = ssrc_, .items = {}};
    const size_t asked = reorder_.TakeDue(RoundTrip(), now, nack);
    if (asked > 0) {
      counters_.nacks.Add(asked);
      rtp::rtcp::Serialize(nack, out);
    }
  }
  if (inlet_.key_frame().TakeDue(now)) {
    counters_.plis.Add(1);
    rtp::rtcp::Serialize(
        rtp::rtcp::PictureLossIndication{.sender_ssrc = sender_ssrc, .media_ssrc = ssrc_}, out);
  }
}

std::optional<rtp::rtcp::ReportBlock> EncodingReceiver::TakeBlock(Instant now) {
  SyncCounters();
  counters_.bits_per_second.Set(static_cast<uint64_t>(rate_.PerSecond(now) * 8));
  if (!active_) return std::nullopt;
  return statistics_.TakeBlock(ssrc_, now);
}

void EncodingReceiver::SyncCounters() {
  counters_.lost_packets.Set(reorder_.given_up());
  counters_.recovered_packets.Set(reorder_.recovered());
  counters_.jitter_us.Set(uint64_t{statistics_.jitter()} * 1'000'000 / inlet_.clock_rate());
}

}  // namespace sluice::webrtc_media
