#include "services/webrtc-media/player_track.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "libs/rtp/header_writer.h"

namespace sluice::webrtc_media {
namespace {

// http://www.webrtc.org/experiments/rtp-hdrext/playout-delay: min and max, 12 bits each, in 10 ms.
// A value holds until another one is sent.
constexpr size_t kPlayoutDelayLength = 3;
using PlayoutDelay = std::array<uint8_t, kPlayoutDelayLength>;
// 0 to 0: every frame is shown at once. A joiner is live after the cached group, a backlog passes
// without a freeze, and timestamps may go back.
constexpr PlayoutDelay kAtOnce = {0, 0, 0};
// 0 to 300 ms: as before, until lip sync wants the picture to wait for the sound (Chromium cannot
// delay it with a maximum of 0, and shows frames at once only with a minimum of 0).
constexpr PlayoutDelay kLipSync = {0, 0, 30};
constexpr int kAtOncePackets = 50;
constexpr int kLipSyncPackets = 50;
constexpr size_t kRtxHeader = 2;  // RFC 4588 §4: original sequence number
constexpr size_t kHeaderRoom = rtp::kFixedHeaderBytes + 8;

}  // namespace

PlayerTrack::PlayerTrack(const PlayerTrackSettings& settings, PlayerCounters& counters,
                         RandomSource& random)
    : settings_(settings),
      counters_(counters),
      index_(random.NextU32()),
      rtx_index_(random.NextU32()) {
  RestartPlayoutDelay();
}

void PlayerTrack::Bind(StreamTrackPtr track, Instant now) {
  if (track == source_) return;
  const bool switches = source_ != nullptr;
  source_ = std::move(track);
  position_.reset();
  key_frame_from_ = 0;
  last_replay_ = now;  // what comes now is as good as a replay
  log_.Clear();
  if (source_ == nullptr) return;
  const auto format =
      std::find_if(settings_.formats.begin(), settings_.formats.end(),
                   [&](const PlayerFormat& f) { return f.codec == source_->track.codec; });
  format_ = format != settings_.formats.end() ? *format : PlayerFormat{};
  RestartPlayoutDelay();
  stalls_seen_ = source_->stalls;
  // A picture that has stood still so long is older than what the player shows: it waits for the
  // next key frame.
  if (switches && is_video() && now - source_->last_arrival > kOldPicture) {
    key_frame_from_ = source_->ring.end();
  }
}

void PlayerTrack::RestartPlayoutDelay() {
  playout_delay_left_ = settings_.playout_delay_id != 0 ? kAtOncePackets + kLipSyncPackets : 0;
}

PlayerTrack::Progress PlayerTrack::Send(MediaOutlet& outlet) {
  if (source_ == nullptr) return Progress::kAllSent;
  if (is_video()) {
    pacer_.Advance(outlet.now, source_->bits_per_second);
    // What the publisher could not send meanwhile comes at once now.
    if (std::exchange(stalls_seen_, source_->stalls) != source_->stalls) RestartPlayoutDelay();
  }
  if (!FindPosition(outlet)) return Progress::kAllSent;
  Tally tally;
  const Progress progress = SendDue(outlet, tally);
  Note(tally, outlet);
  return progress;
}

PlayerTrack::Progress PlayerTrack::SendDue(MediaOutlet& outlet, Tally& tally) {
  const uint64_t end = source_->ring.end();
  while (*position_ < end) {
    if (is_video() && !pacer_.MaySend()) return Progress::kPaced;
    SkipOvertakenGroup();
    if (!SendPacket(source_->ring.at(*position_), outlet, tally)) return Progress::kBlocked;
    ++*position_;
  }
  return Progress::kAllSent;
}

// The counters of a run of packets, written once.
void PlayerTrack::Note(const Tally& tally, MediaOutlet& outlet) {
  if (tally.packets == 0) return;
  packet_count_ += tally.packets;
  octet_count_ += static_cast<uint32_t>(tally.payload_bytes);
  counters_.packets.Add(tally.packets);
  counters_.bytes.Add(tally.bytes);
  outlet.counters.rtp_packets.Add(tally.packets);
  outlet.counters.rtp_bytes.Add(tally.bytes);
  if (!is_video()) return;
  resend_budget_ =
      std::min(resend_budget_ + static_cast<int64_t>(tally.bytes) / kResendShare, kResendBurst);
}

// True if there is a position, and it is still in the ring.
bool PlayerTrack::FindPosition(MediaOutlet& outlet) {
  const TrackRing& ring = source_->ring;
  if (position_ && *position_ < ring.begin()) {
    // Overtaken: what was to be sent has left the ring.
    counters_.dropped_packets.Add(ring.begin() - *position_);
    if (is_video()) {
      WaitForKeyFrame(outlet);
    } else {
      position_ = ring.begin();
    }
  }
  if (!position_) {
    const auto join = ring.JoinPosition(kJoinAudio);
    if (join && *join >= key_frame_from_) {
      if (key_frame_from_ != 0) counters_.dropped_packets.Add(*join - key_frame_from_);
      position_ = join;
    }
  }
  return position_.has_value();
}

// Still busy with an old group when the next one begins: the new key frame is as good, and sooner
// live. Not within an access unit, and not for a frame or two.
void PlayerTrack::SkipOvertakenGroup() {
  constexpr uint64_t kWorthwhile = 64;  // packets
  const TrackRing& ring = source_->ring;
  const auto key_frame = ring.key_frame();
  if (!key_frame || *key_frame < *position_ + kWorthwhile) return;
  if (!ring.at(*position_).role.starts_access_unit) return;
  counters_.dropped_packets.Add(*key_frame - *position_);
  position_ = key_frame;
}

void PlayerTrack::WaitForKeyFrame(MediaOutlet& outlet) {
  if (source_ == nullptr || !position_) return;
  key_frame_from_ = *position_;
  position_.reset();
  outlet.counters.key_frame_skips.Add(1);
}

bool PlayerTrack::SendPacket(const rtp::Packet& packet, MediaOutlet& outlet, Tally& tally) {
  const bool with_playout_delay = playout_delay_left_ > 0;
  const PlayoutDelay& delay = playout_delay_left_ > kLipSyncPackets ? kAtOnce : kLipSync;
  const rtp::Extension extension{.id = settings_.playout_delay_id, .value = delay};
  const std::span<const rtp::Extension> extensions(&extension, with_playout_delay ? 1 : 0);
  const size_t header_size = with_playout_delay ? kHeaderRoom : rtp::kFixedHeaderBytes;
  const size_t size = header_size + packet.payload.size() + outlet.protector.overhead();
  const std::span<uint8_t> place = outlet.Place(size, is_video());
  if (place.empty()) return false;

  const uint64_t index = index_.Take();
  const auto sequence_number = static_cast<uint16_t>(index);
  rtp::WriteHeader({.marker = packet.marker,
                    .payload_type = format_.payload_type,
                    .sequence_number = sequence_number,
                    .rtp_timestamp = packet.rtp_timestamp,
                    .ssrc = settings_.ssrc},
                   extensions, place);
  outlet.protector.Protect({place, header_size, index, packet.payload});
  if (with_playout_delay) --playout_delay_left_;
  ++tally.packets;
  tally.bytes += size;
  tally.payload_bytes += packet.payload.size();
  if (is_video()) {
    log_.Add(sequence_number, *position_);
    pacer_.OnSent(size);
  }
  return true;
}

void PlayerTrack::Resend(uint16_t sequence_number, MediaOutlet& outlet) {
  // A NACK that comes before the last repetition can have arrived asks for nothing new.
  const Duration pause = std::max(kMinResendPause, round_trip_time_);
  const auto position = source_ != nullptr && can_resend() && resend_budget_ > 0
                            ? log_.TakeForResend(sequence_number, outlet.now, pause)
                            : std::nullopt;
  const bool kept =
      position && *position >= source_->ring.begin() && *position < source_->ring.end();
  if (!kept || !SendRtx(sequence_number, source_->ring.at(*position), outlet)) {
    outlet.counters.rtx_refused.Add(1);
  }
}

bool PlayerTrack::SendRtx(uint16_t original, const rtp::Packet& packet, MediaOutlet& outlet) {
  constexpr size_t kHeader = rtp::kFixedHeaderBytes;
  const size_t payload_size = kRtxHeader + packet.payload.size();
  const size_t size = kHeader + payload_size + outlet.protector.overhead();
  const std::span<uint8_t> place = outlet.Place(size, true);
  if (place.empty()) return false;

  const uint64_t index = rtx_index_.Take();
  rtp::WriteHeader({.marker = packet.marker,
                    .payload_type = format_.rtx_payload_type,
                    .sequence_number = static_cast<uint16_t>(index),
                    .rtp_timestamp = packet.rtp_timestamp,
                    .ssrc = settings_.rtx_ssrc},
                   place);
  place[kHeader] = static_cast<uint8_t>(original >> 8);
  place[kHeader + 1] = static_cast<uint8_t>(original);
  std::memcpy(&place[kHeader + kRtxHeader], packet.payload.data(), packet.payload.size());
  outlet.protector.Protect({place, kHeader, index, place.subspan(kHeader, payload_size)});
  resend_budget_ -= static_cast<int64_t>(size);
  counters_.packets.Add(1);
  counters_.bytes.Add(size);
  outlet.counters.rtx_packets.Add(1);
  outlet.counters.rtp_bytes.Add(size);
  return true;
}

bool PlayerTrack::Replay(MediaOutlet& outlet) {
  if (source_ == nullptr || !source_->ring.key_frame()) return false;
  // Timestamps go back by up to a group. Without playout-delay 0/0 a browser would throw the
  // group away and show nothing for 3 s, so the next key frame is the better remedy.
  if (settings_.playout_delay_id == 0) return false;
  if (outlet.now - last_replay_ < kReplayInterval) return false;
  const bool in_group = position_ && *position_ < source_->ring.end();
  if (in_group) return false;  // still on its way
  last_replay_ = outlet.now;
  position_ = source_->ring.key_frame();
  RestartPlayoutDelay();
  outlet.counters.replays.Add(1);
  return true;
}

std::optional<rtp::rtcp::SenderReport> PlayerTrack::MakeSenderReport(Instant now) {
  if (source_ == nullptr) return std::nullopt;
  const auto ntp = source_->NtpAt(now);
  if (!ntp) return std::nullopt;
  sent_reports_[next_report_++ % sent_reports_.size()] = {ntp->Middle(), now};
  return rtp::rtcp::SenderReport{.ssrc = settings_.ssrc,
                                 .ntp = *ntp,
                                 .rtp_timestamp = source_->TimestampAt(*ntp),
                                 .packet_count = packet_count_,
                                 .octet_count = octet_count_,
                                 .blocks = {}};
}

void PlayerTrack::OnReportBlock(const rtp::rtcp::ReportBlock& block, Instant now) {
  constexpr Duration kLongest = 5s;
  const auto report =
      std::find_if(sent_reports_.begin(), sent_reports_.end(), [&](const SentReport& sent) {
        return sent.sent != Instant{} && sent.ntp_middle == block.last_sender_report;
      });
  if (block.last_sender_report == 0 || report == sent_reports_.end()) return;
  const Duration held(int64_t{block.delay_since_last_sender_report} * 1'000'000 / 65536);
  round_trip_time_ = std::clamp(now - report->sent - held, Duration(0), kLongest);
}

}  // namespace sluice::webrtc_media
