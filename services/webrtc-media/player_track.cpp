#include "services/webrtc-media/player_track.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "libs/rtp/header_writer.h"
#include "services/webrtc-media/sound_redundancy.h"

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
// With patience: as long as that at least, and as much again for lip sync.
constexpr unsigned kLipSync = 30;
constexpr int kAtOncePackets = 50;
constexpr int kLipSyncPackets = 50;
constexpr size_t kRtxHeader = 2;  // RFC 4588 §4: original sequence number

// least: 10 ms, at most 255.
PlayoutDelay LipSync(uint8_t least) {
  const unsigned most = least + kLipSync;
  return {static_cast<uint8_t>(least >> 4), static_cast<uint8_t>((least & 0x0f) << 4 | most >> 8),
          static_cast<uint8_t>(most)};
}

// The payload in its place with as much padding as there is room for (RFC 3550 §5.1): zeroes, and
// their number in the last byte.
ByteView WritePadded(ByteView payload, std::span<uint8_t> header, std::span<uint8_t> out) {
  constexpr uint8_t kPaddingBit = 0x20;
  header[0] |= kPaddingBit;
  std::memcpy(out.data(), payload.data(), payload.size());
  std::fill(out.begin() + static_cast<ptrdiff_t>(payload.size()), out.end(), uint8_t{0});
  out.back() = static_cast<uint8_t>(out.size() - payload.size());
  return out;
}

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
  next_layer_ = nullptr;
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
    pacer_.Advance(outlet.now, source_->bits_per_second, outlet.video_rate);
    if (next_layer_ != nullptr && TryChangeLayer()) outlet.counters.layer_changes.Add(1);
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
    if (thinner_.active() && !thinner_.Passes(source_->ring.at(*position_).role)) {
      ++*position_;
      continue;
    }
    const rtp::Packet& packet = source_->ring.at(*position_);
    const bool redundant = outlet.sound_distance > 0 && settings_.red_payload_type != 0;
    const bool sent =
        redundant ? SendRedundant(packet, outlet, tally) : SendPacket(packet, outlet, tally);
    if (!sent) return Progress::kBlocked;
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
  counters_.video_bytes.Add(tally.bytes);
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

void PlayerTrack::ChangeLayer(StreamTrackPtr layer, Instant now) {
  if (layer == next_layer_) return;
  next_layer_ = layer == source_ ? nullptr : std::move(layer);
  if (next_layer_ == nullptr) return;
  // A key frame of just now will do: what came since is sent behind it, all at once.
  constexpr Duration kJustNow = 150ms;
  const TrackRing& ring = next_layer_->ring;
  const auto key_frame = ring.key_frame();
  const bool fresh = key_frame && now - ring.at(*key_frame).arrival < kJustNow;
  next_layer_from_ = fresh ? *key_frame : ring.end();
}

// True if the track takes from the new layer now.
bool PlayerTrack::TryChangeLayer() {
  constexpr Duration kBroken = 200ms;  // the old layer has stopped within a picture
  const TrackRing& ring = next_layer_->ring;
  const auto key_frame = ring.key_frame();
  if (!key_frame || *key_frame < next_layer_from_) return false;
  const bool broken = ring.at(*key_frame).arrival - source_->last_arrival > kBroken;
  if (in_picture_ && position_ && !broken) return false;
  source_ = std::exchange(next_layer_, nullptr);
  position_ = key_frame;
  key_frame_from_ = 0;
  stalls_seen_ = source_->stalls;
  in_picture_ = false;
  log_.Clear();
  thinner_.Restart();
  timestamps_.OnChange();
  return true;
}

Duration PlayerTrack::Backlog() const {
  if (source_ == nullptr || !position_ || source_->ring.end() <= *position_) return Duration(0);
  constexpr uint64_t kUsualPacket = 1200 * 8;
  const uint64_t bits = (source_->ring.end() - *position_) * kUsualPacket;
  return Duration(static_cast<int64_t>(bits * 1'000'000 / pacer_.rate()));
}

// At most two header extensions: playout-delay and the transport-wide sequence number.
struct PlayerTrack::Extensions {
  // with_delay: playout-delay may be among them.
  Extensions(const PlayerTrack& track, const MediaOutlet& outlet, bool with_delay = true) {
    if (with_delay && track.playout_delay_left_ > 0) {
      const bool at_once = track.playout_delay_left_ > kLipSyncPackets;
      delay = at_once ? kAtOnce : LipSync(track.patience_);
      list[count++] = {.id = track.settings_.playout_delay_id, .value = delay};
      size = kExtensionHeader + kPlayoutDelayElement;
    }
    if (outlet.bandwidth != nullptr && track.settings_.transport_sequence_id != 0) {
      list[count++] = {.id = track.settings_.transport_sequence_id, .value = number};
      size = kExtensionHeader + (count == 1 ? kPlayoutDelayElement : 2 * kPlayoutDelayElement);
    }
  }
  // Takes the packet's number. It has a place, so it will be sent.
  void TakeNumber(const PlayerTrack& track, MediaOutlet& outlet, size_t packet_size) {
    if (outlet.bandwidth == nullptr || track.settings_.transport_sequence_id == 0) return;
    const uint16_t taken = outlet.bandwidth->OnSent(packet_size, outlet.now);
    number = {static_cast<uint8_t>(taken >> 8), static_cast<uint8_t>(taken)};
  }

  // Elements are one byte and a value of three, or of two (and padding).
  static constexpr size_t kExtensionHeader = 4;
  static constexpr size_t kPlayoutDelayElement = 4;
  std::array<uint8_t, 2> number{};
  PlayoutDelay delay{};
  std::array<rtp::Extension, 2> list;
  size_t count = 0;
  size_t size = 0;  // of all, in the header
  std::span<const rtp::Extension> span() const { return {list.data(), count}; }
};

void PlayerTrack::SkipToKeyFrame(MediaOutlet& outlet) {
  if (source_ == nullptr || !position_) return;
  const auto key_frame = source_->ring.key_frame();
  if (key_frame && *key_frame > *position_) {
    counters_.dropped_packets.Add(*key_frame - *position_);
    position_ = key_frame;
    outlet.counters.key_frame_skips.Add(1);
  } else {
    WaitForKeyFrame(outlet);
    key_frame_from_ = source_->ring.end();
  }
}

bool PlayerTrack::SendPacket(const rtp::Packet& packet, MediaOutlet& outlet, Tally& tally) {
  Extensions extensions(*this, outlet);
  const size_t header_size = rtp::kFixedHeaderBytes + extensions.size;
  const size_t padding = source_->ring.padding(*position_);
  const size_t payload_size = packet.payload.size() + padding;
  const size_t size = header_size + payload_size + outlet.protector.overhead();
  const std::span<uint8_t> place = outlet.Place(size, is_video());
  if (place.empty()) return false;

  extensions.TakeNumber(*this, outlet, size);
  const uint64_t index = index_.Take();
  const auto sequence_number = static_cast<uint16_t>(index);
  rtp::WriteHeader(
      {.marker = packet.marker,
       .payload_type = format_.payload_type,
       .sequence_number = sequence_number,
       .rtp_timestamp = timestamps_.Map(packet.rtp_timestamp, packet.role.starts_access_unit),
       .ssrc = settings_.ssrc},
      extensions.span(), place);
  const ByteView payload =
      padding == 0 ? ByteView(packet.payload)
                   : WritePadded(packet.payload, place, place.subspan(header_size, payload_size));
  outlet.protector.Protect({place, header_size, index, payload});
  if (playout_delay_left_ > 0) --playout_delay_left_;
  ++tally.packets;
  tally.bytes += size;
  tally.payload_bytes += packet.payload.size();
  if (is_video()) {
    in_picture_ = !packet.marker;
    // What has got another timestamp is not sent again: the next key frame mends it.
    if (!timestamps_.mending()) log_.Add(sequence_number, *position_);
    pacer_.OnSent(size);
  }
  return true;
}

// Opus behind what the packets before it said, as far as that is still of use.
bool PlayerTrack::SendRedundant(const rtp::Packet& packet, MediaOutlet& outlet, Tally& tally) {
  std::array<RedBlock, 2> earlier;
  size_t count = 0;
  const TrackRing& ring = source_->ring;
  for (size_t back = std::min(outlet.sound_distance, earlier.size()); back > 0; --back) {
    if (*position_ < ring.begin() + back || packet_count_ + tally.packets < back) continue;
    const rtp::Packet& before = ring.at(*position_ - back);
    const uint32_t ago = packet.rtp_timestamp - before.rtp_timestamp;
    if (ago == 0 || ago > RedBlock::kLongestAgo) continue;
    if (before.payload.size() > RedBlock::kLongest) continue;
    earlier[count++] = {.ago = ago, .payload = before.payload};
  }
  const std::span<const RedBlock> blocks(earlier.data(), count);
  const size_t payload_size = RedSize(blocks, packet.payload);
  if (source_->track.codec != media::Codec::kOpus || payload_size > rtp::kMaxFanoutPayload) {
    return SendPacket(packet, outlet, tally);
  }
  Extensions extensions(*this, outlet);
  const size_t header_size = rtp::kFixedHeaderBytes + extensions.size;
  const size_t size = header_size + payload_size + outlet.protector.overhead();
  const std::span<uint8_t> place = outlet.Place(size, false);
  if (place.empty()) return false;
  extensions.TakeNumber(*this, outlet, size);
  const uint64_t index = index_.Take();
  rtp::WriteHeader({.marker = packet.marker,
                    .payload_type = settings_.red_payload_type,
                    .sequence_number = static_cast<uint16_t>(index),
                    .rtp_timestamp = packet.rtp_timestamp,
                    .ssrc = settings_.ssrc},
                   extensions.span(), place);
  const std::span<uint8_t> payload = place.subspan(header_size, payload_size);
  WriteRed(blocks, packet.payload, format_.payload_type, payload);
  outlet.protector.Protect({place, header_size, index, payload});
  ++tally.packets;
  tally.bytes += size;
  tally.payload_bytes += payload_size;
  outlet.counters.redundant_packets.Add(1);
  return true;
}

void PlayerTrack::SetPatience(Duration patience) {
  const auto least = static_cast<uint8_t>(std::clamp<int64_t>(patience / 10ms, 0, 100));
  if (settings_.playout_delay_id == 0 || std::exchange(patience_, least) == least) return;
  playout_delay_left_ = std::max(playout_delay_left_, kLipSyncPackets);
}

void PlayerTrack::Resend(uint16_t sequence_number, MediaOutlet& outlet, int copies) {
  // A NACK that comes before the last repetition can have arrived asks for nothing new.
  const Duration pause = std::max(kMinResendPause, round_trip_time_);
  const auto position = source_ != nullptr && can_resend() && resend_budget_ > 0
                            ? log_.TakeForResend(sequence_number, outlet.now, pause)
                            : std::nullopt;
  const bool kept =
      position && *position >= source_->ring.begin() && *position < source_->ring.end();
  if (!kept) return outlet.counters.rtx_refused.Add(1);
  for (; copies > 0; --copies) {
    if (SendRtx(sequence_number, source_->ring.at(*position), outlet)) continue;
    return outlet.counters.rtx_refused.Add(1);
  }
}

bool PlayerTrack::SendRtx(uint16_t original, const rtp::Packet& packet, MediaOutlet& outlet) {
  Extensions extensions(*this, outlet, false);
  const size_t header_size = rtp::kFixedHeaderBytes + extensions.size;
  const size_t payload_size = kRtxHeader + packet.payload.size();
  const size_t size = header_size + payload_size + outlet.protector.overhead();
  const std::span<uint8_t> place = outlet.Place(size, true);
  if (place.empty()) return false;

  place[header_size] = static_cast<uint8_t>(original >> 8);
  place[header_size + 1] = static_cast<uint8_t>(original);
  std::memcpy(&place[header_size + kRtxHeader], packet.payload.data(), packet.payload.size());
  WriteRtx({.marker = packet.marker, .rtp_timestamp = packet.rtp_timestamp}, extensions, place,
           outlet);
  resend_budget_ -= static_cast<int64_t>(size);
  outlet.counters.rtx_packets.Add(1);
  return true;
}

// Header and encryption; the payload stands in its place.
void PlayerTrack::WriteRtx(rtp::Header header, Extensions& extensions, std::span<uint8_t> place,
                           MediaOutlet& outlet) {
  extensions.TakeNumber(*this, outlet, place.size());
  const uint64_t index = rtx_index_.Take();
  header.payload_type = format_.rtx_payload_type;
  header.sequence_number = static_cast<uint16_t>(index);
  header.ssrc = settings_.rtx_ssrc;
  const size_t header_size = rtp::WriteHeader(header, extensions.span(), place);
  const size_t payload_size = place.size() - header_size - outlet.protector.overhead();
  outlet.protector.Protect({place, header_size, index, place.subspan(header_size, payload_size)});
  pacer_.OnSent(place.size());
  counters_.packets.Add(1);
  counters_.bytes.Add(place.size());
  outlet.counters.rtp_bytes.Add(place.size());
}

bool PlayerTrack::SendPadding(MediaOutlet& outlet) {
  constexpr uint8_t kPadding = 255;  // the most that RFC 3550 §5.1 allows
  if (!can_resend() || source_ == nullptr) return false;
  Extensions extensions(*this, outlet, false);
  const size_t header_size = rtp::kFixedHeaderBytes + extensions.size;
  const size_t size = header_size + kPadding + outlet.protector.overhead();
  const std::span<uint8_t> place = outlet.Place(size, true);
  if (place.empty()) return false;
  std::memset(&place[header_size], 0, kPadding);
  place[header_size + kPadding - 1] = kPadding;
  WriteRtx({.rtp_timestamp = timestamps_.last(), .padding = true}, extensions, place, outlet);
  outlet.counters.padding_packets.Add(1);
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
