#include "libs/fanout/publication.h"

#include <utility>

#include "libs/base/text.h"

namespace sluice::fanout {
namespace {

constexpr Duration kClockInterval = 1s;
constexpr Duration kKeyFrameInterval = 500ms;
constexpr uint32_t kMaxTracks = 64;
constexpr uint8_t kFirstPayloadType = 96;
constexpr uint8_t kLastPayloadType = 127;

bool IsLargerLayer(const media::Track& a, const media::Track& b) {
  return uint64_t{a.width} * a.height > uint64_t{b.width} * b.height;
}

// The layers of each simulcast picture change places among themselves.
void LargestLayerFirst(std::vector<media::Track>& tracks) {
  for (size_t i = 0; i < tracks.size(); ++i) {
    if (tracks[i].mid.empty() || tracks[i].rid.empty()) continue;
    for (size_t j = i + 1; j < tracks.size(); ++j) {
      const bool same = tracks[j].mid == tracks[i].mid && !tracks[j].rid.empty();
      if (same && IsLargerLayer(tracks[j], tracks[i])) std::swap(tracks[i], tracks[j]);
    }
  }
}

}  // namespace

Publication::Publication(loop::EventLoop& loop, RandomSource& random, Settings settings)
    : loop_(loop),
      random_(random),
      settings_(std::move(settings)),
      fan_(loop, settings_.limits),
      clock_timer_(loop, [this] { RepeatClocks(); }),
      key_frame_timer_(loop, [this] { AskDeferredKeyFrames(); }),
      created_(absl::Now()) {
  clock_timer_.Start(kClockInterval, kClockInterval);
}

Publication::~Publication() { End({EndCause::kFailed, "the daemon gave the stream up"}); }

absl::StatusOr<uint32_t> Publication::AddTrack(media::Track track) {
  if (next_track_id_ > kMaxTracks) {
    return absl::ResourceExhaustedError("a publication has at most 64 tracks in its life");
  }
  track.id = next_track_id_++;
  track.ssrc = ChooseSsrc();
  track.payload_type = NextPayloadType();
  uint32_t id = track.id;
  TrackState& state = tracks_[id];
  state.track = std::move(track);
  state.next_sequence_number = static_cast<uint16_t>(random_.NextU32() & 0x7fff);
  PublishDescription();
  return id;
}

void Publication::UpdateTrack(const media::Track& track) {
  auto found = tracks_.find(track.id);
  if (found == tracks_.end()) return;
  media::Track& known = found->second.track;
  media::Track updated = track;
  updated.ssrc = known.ssrc;
  updated.payload_type = known.payload_type;
  if (updated == known) return;
  bool audio_changed =
      known.kind == media::MediaKind::kAudio && updated.codec_config != known.codec_config;
  if (audio_changed && !known.codec_config.empty()) updated.payload_type = NextPayloadType();
  known = std::move(updated);
  PublishDescription();
}

void Publication::RemoveTrack(uint32_t track_id) {
  if (tracks_.erase(track_id) > 0) PublishDescription();
}

void Publication::SetReady() {
  if (std::exchange(ready_, true)) return;
  PublishDescription();
}

void Publication::SetClock(uint32_t track_id, NtpTime ntp, uint32_t rtp_timestamp) {
  auto found = tracks_.find(track_id);
  if (found == tracks_.end()) return;
  TrackState& state = found->second;
  state.has_clock = true;
  state.clock = {track_id, state.track.ssrc, ntp, rtp_timestamp, state.track.clock_rate};
  fan_.Push(state.clock);
}

absl::Status Publication::Tell(StreamEvent event) {
  if (event.type.empty() || event.type.size() > StreamEvent::kMaxType) {
    return absl::InvalidArgumentError(
        StrCat("an event's type has 1 to ", StreamEvent::kMaxType, " bytes"));
  }
  if (event.payload.size() > StreamEvent::kMaxPayload) {
    return absl::InvalidArgumentError(
        StrCat("an event's payload has at most ", StreamEvent::kMaxPayload, " bytes"));
  }
  fan_.Push(std::make_shared<const StreamEvent>(std::move(event)));
  return absl::OkStatus();
}

void Publication::Push(rtp::Packet packet) {
  auto found = tracks_.find(packet.track_id);
  if (found == tracks_.end()) return;
  TrackState& state = found->second;
  packet.ssrc = state.track.ssrc;
  packet.payload_type = state.track.payload_type;
  packet.sequence_number = state.next_sequence_number++;
  Count(state, packet);
  fan_.Push(std::make_shared<const rtp::Packet>(std::move(packet)));
}

void Publication::End(StreamEnd end) {
  clock_timer_.Stop();
  key_frame_timer_.Stop();
  fan_.Push(std::move(end));
}

void Publication::TakeOver(std::string address, std::string agent, std::string parameters) {
  settings_.publisher_address = std::move(address);
  settings_.publisher_agent = std::move(agent);
  settings_.publisher_parameters = std::move(parameters);
  remark_.clear();
  fan_.DropGroups();
}

void Publication::Attach(Sink& sink) {
  fan_.Attach(sink);
  TellWanted();
}

void Publication::Detach(Sink& sink) {
  fan_.Detach(sink);
  wanted_.erase(&sink);
  TellWanted();
}

void Publication::SetWanted(const Sink& sink, WantedLayers wanted) {
  wanted_[&sink] = std::move(wanted);
  TellWanted();
}

void Publication::TellWanted() {
  WantedLayers all;
  if (wanted_.size() >= fan_.sink_count()) {  // else there is one that takes everything
    std::vector<const WantedLayers*> subscribers;
    for (const auto& [sink, wanted] : wanted_) subscribers.push_back(&wanted);
    all = Union(subscribers);
  }
  if (all == all_wanted_ || fan_.ended()) return;
  all_wanted_ = std::move(all);
  if (tell_wanted_ != nullptr) tell_wanted_(all_wanted_);
}

bool Publication::RequestKeyFrame(uint32_t track_id) {
  auto found = tracks_.find(track_id);
  if (ask_ == nullptr || found == tracks_.end() || fan_.ended()) return false;
  TrackState& state = found->second;
  Duration since = loop_.now() - state.last_key_frame_request;
  if (since < kKeyFrameInterval) {
    state.key_frame_wanted = true;
    if (!key_frame_timer_.running()) key_frame_timer_.Start(kKeyFrameInterval - since);
    return true;
  }
  state.key_frame_wanted = false;
  state.last_key_frame_request = loop_.now();
  ask_(track_id);
  return true;
}

TrackCounters Publication::Counters(uint32_t track_id) const {
  auto found = tracks_.find(track_id);
  if (found == tracks_.end()) return {};
  TrackCounters counters = found->second.counters;
  Instant now = loop_.now();
  counters.bitrate_bps = static_cast<uint64_t>(found->second.bytes_rate.PerSecond(now) * 8);
  counters.frame_rate = found->second.frame_rate.PerSecond(now);
  return counters;
}

void Publication::SetLost(uint32_t track_id, uint64_t packets) {
  auto found = tracks_.find(track_id);
  if (found != tracks_.end()) found->second.counters.lost_packets = packets;
}

void Publication::Announce() {
  if (description_ == nullptr) PublishDescription();
}

void Publication::PublishDescription() {
  auto description = std::make_shared<media::StreamDescription>();
  description->epoch = ++epoch_;
  description->ready = ready_;
  for (const auto& [id, state] : tracks_) description->tracks.push_back(state.track);
  LargestLayerFirst(description->tracks);
  description_ = description;
  fan_.Push(description_);
}

void Publication::RepeatClocks() {
  // Moved along its line to the present, always from the same anchor: rounding must not add up to a
  // drift.
  NtpTime now = WallClockNow();
  for (const auto& [id, state] : tracks_) {
    if (!state.has_clock) continue;
    rtp::ClockReport report = state.clock;
    report.rtp_timestamp = state.clock.TimestampAt(now);
    report.ntp = now;
    fan_.Push(report);
  }
}

void Publication::AskDeferredKeyFrames() {
  for (auto& [id, state] : tracks_) {
    if (state.key_frame_wanted) RequestKeyFrame(id);
  }
}

void Publication::Count(TrackState& state, const rtp::Packet& packet) {
  ++state.counters.packets;
  state.counters.bytes += packet.payload.size();
  state.bytes_rate.Add(packet.payload.size(), packet.arrival);
  if (!packet.role.starts_access_unit) return;
  state.frame_rate.Add(1, packet.arrival);
  if (!packet.role.key_frame) return;
  if (state.last_key_frame != Instant{}) {
    state.counters.key_frame_interval_s = ToSeconds(packet.arrival - state.last_key_frame);
  }
  state.last_key_frame = packet.arrival;
}

uint32_t Publication::ChooseSsrc() {
  while (true) {
    uint32_t ssrc = random_.NextU32();
    bool taken = ssrc == 0;
    for (const auto& [id, state] : tracks_) taken = taken || state.track.ssrc == ssrc;
    if (!taken) return ssrc;
  }
}

uint8_t Publication::NextPayloadType() {
  uint8_t payload_type = next_payload_type_++;
  if (next_payload_type_ > kLastPayloadType) next_payload_type_ = kFirstPayloadType;
  return payload_type;
}

}  // namespace sluice::fanout
