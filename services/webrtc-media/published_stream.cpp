#include "services/webrtc-media/published_stream.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::webrtc_media {
namespace {

struct MuteEvent {
  std::string_view type;
  media::MediaKind kind;
  bool muted;
};
constexpr std::array kMuteEvents = {
    MuteEvent{"audioMuted", media::MediaKind::kAudio, true},
    MuteEvent{"audioUnmuted", media::MediaKind::kAudio, false},
    MuteEvent{"videoMuted", media::MediaKind::kVideo, true},
    MuteEvent{"videoUnmuted", media::MediaKind::kVideo, false},
};

fanout::Publication::Settings PublicationSettings(const std::string& name,
                                                  const PublishedStream::Source& source) {
  return {.key = {name, ""},
          .limits = {},
          .media_session_id = "",
          .publisher_protocol = source.protocol,
          .publisher_address = source.address,
          .publisher_agent = source.agent,
          .publisher_parameters = ""};
}

std::vector<media::MediaKind> KindsOf(const std::vector<PublishedStream::Encoding>& encodings) {
  std::vector<media::MediaKind> kinds;
  for (const PublishedStream::Encoding& encoding : encodings) kinds.push_back(encoding.kind);
  return kinds;
}

}  // namespace

PublishedStream::PublishedStream(relay::ClaimContext& context, Listener& listener, std::string name,
                                 Source source)
    : listener_(listener),
      name_(std::move(name)),
      source_(std::move(source)),
      timeline_(context.loop.now(), WallClockNow()),
      ready_timer_(context.loop, [this] { EndWaiting(); }),
      grace_timer_(context.loop, [this] { listener_.OnGraceOver(*this); }),
      claim_(
          context, PublicationSettings(name_, source_),
          [this](const absl::Status& status) { OnDecided(status); },
          [this](const absl::Status& reason) { listener_.OnNameLost(*this, reason); }) {
  Announce();
}

void PublishedStream::OnDecided(const absl::Status& status) {
  if (status.ok()) {
    claim_->OnKeyFrameRequest([this](uint32_t track_id) {
      for (size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].track_id != track_id || source_.session_id.empty()) continue;
        listener_.OnKeyFrameWanted(source_.session_id, static_cast<uint16_t>(i));
      }
    });
    claim_->OnWantedLayers([this](const fanout::WantedLayers& wanted) { TellWanted(wanted); });
  }
  listener_.OnStreamDecided(*this, status);
}

void PublishedStream::Announce() {
  slots_.clear();
  for (const Encoding& encoding : source_.encodings) slots_.push_back({.encoding = encoding});
  timeline_.Begin(KindsOf(source_.encodings));
  waiting_ = true;
}

void PublishedStream::TakeOver(Source source) {
  source_ = std::move(source);
  last_session_id_.clear();
  Announce();
  ready_timer_.Stop();
  claim_.TakeOver(source_.address, source_.agent, "");
}

void PublishedStream::OnMedia(PublishedItems& items) {
  if (!live()) return;
  for (PublishedItem& item : items) {
    if (item.encoding >= slots_.size()) continue;
    Slot& slot = slots_[item.encoding];
    std::visit([&](auto& content) { Take(slot, item.encoding, content); }, item.content);
  }
  claim_.Update();
}

void PublishedStream::Take(Slot& slot, size_t index, rtp::Packet& packet) {
  if (slot.track_id == 0) return;  // its format comes first
  packet.rtp_timestamp = timeline_.Map(index, packet.rtp_timestamp, packet.arrival);
  if (!slot.has_clock || timeline_.TakeClockChange(slot.encoding.kind)) UpdateClocks();
  packet.track_id = slot.track_id;
  claim_->Push(std::move(packet));
}

void PublishedStream::Take(Slot&, size_t index, const SourceClock& clock) {
  timeline_.OnSenderReport(index, clock.ntp, clock.rtp_timestamp);
}

void PublishedStream::Take(Slot& slot, size_t index, const FormatChange& format) {
  timeline_.SetClockRate(index, format.clock_rate);
  media::Track track = Describe(slot, format);
  const fanout::DescriptionPtr& description = claim_->description();
  const media::Track* known =
      description != nullptr ? description->FindTrack(slot.track_id) : nullptr;
  if (known != nullptr && known->codec != track.codec) {
    claim_->RemoveTrack(std::exchange(slot.track_id, 0));
    known = nullptr;
  }
  if (known == nullptr) known = FindReusable(track);
  if (known != nullptr) {
    track.id = known->id;
    if (track.width == 0) {
      track.width = known->width;
      track.height = known->height;
    }
    slot.track_id = known->id;
    claim_->UpdateTrack(track);
  } else {
    const auto added = claim_->AddTrack(std::move(track));
    if (!added.ok()) return;  // a publisher that changes its codecs all the time
    slot.track_id = *added;
    slot.has_clock = false;
    RemoveOther(slot.encoding.kind, format.codec);
  }
  if (!claim_->wanted().unwanted.empty()) TellWanted(claim_->wanted());
  had_media_ = true;
  CheckReady();
}

media::Track PublishedStream::Describe(const Slot& slot, const FormatChange& format) const {
  media::Track track;
  track.kind = slot.encoding.kind;
  track.codec = format.codec;
  track.clock_rate = format.clock_rate;
  track.channels = format.channels;
  track.codec_config = format.codec_config;
  track.width = format.width;
  track.height = format.height;
  track.mid = slot.encoding.mid;
  track.rid = slot.encoding.rid;
  track.muted = track.kind == media::MediaKind::kAudio ? source_.audio_muted : source_.video_muted;
  return track;
}

// A track of the publisher before, that this one goes on with: of the same layer, else the first.
const media::Track* PublishedStream::FindReusable(const media::Track& wanted) const {
  const fanout::DescriptionPtr& description = claim_->description();
  if (description == nullptr) return nullptr;
  const media::Track* found = nullptr;
  for (const media::Track& track : description->tracks) {
    const bool same = track.kind == wanted.kind && track.codec == wanted.codec &&
                      track.clock_rate == wanted.clock_rate && !IsFilled(track.id);
    if (same && track.rid == wanted.rid) return &track;
    if (same && found == nullptr) found = &track;
  }
  return found;
}

bool PublishedStream::IsFilled(uint32_t track_id) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [track_id](const Slot& slot) { return slot.track_id == track_id; });
}

// A picture in another codec takes the place of the one before.
void PublishedStream::RemoveOther(media::MediaKind kind, media::Codec codec) {
  const fanout::DescriptionPtr description = claim_->description();
  for (const media::Track& track : description->tracks) {
    if (track.kind == kind && track.codec != codec && !IsFilled(track.id)) {
      claim_->RemoveTrack(track.id);
    }
  }
}

void PublishedStream::RemoveUnfilled() {
  const fanout::DescriptionPtr description = claim_->description();
  if (description == nullptr) return;
  for (const media::Track& track : description->tracks) {
    if (!IsFilled(track.id)) claim_->RemoveTrack(track.id);
  }
}

void PublishedStream::CheckReady() {
  if (!waiting_) return;
  const auto has_come = [this](media::MediaKind kind) {
    return std::any_of(slots_.begin(), slots_.end(), [kind](const Slot& slot) {
      return slot.encoding.kind == kind && slot.track_id != 0;
    });
  };
  const bool all = std::all_of(slots_.begin(), slots_.end(),
                               [&](const Slot& slot) { return has_come(slot.encoding.kind); });
  if (all) claim_->SetReady();
  // Also for tracks of the publisher before that this one does not fill.
  if (!ready_timer_.running()) ready_timer_.Start(kReadyTime);
}

void PublishedStream::EndWaiting() {
  waiting_ = false;
  if (!live()) return;
  RemoveUnfilled();
  claim_->SetReady();
  claim_.Update();
}

void PublishedStream::UpdateClocks() {
  for (Slot& slot : slots_) {
    const auto clock = timeline_.clock(slot.encoding.kind);
    if (slot.track_id == 0 || !clock) continue;
    slot.has_clock = true;
    claim_->SetClock(slot.track_id, clock->ntp, clock->rtp_timestamp);
  }
}

void PublishedStream::OnTick(Instant now) {
  if (!live()) return;
  timeline_.Slew(now);
  const bool audio = timeline_.TakeClockChange(media::MediaKind::kAudio);
  const bool video = timeline_.TakeClockChange(media::MediaKind::kVideo);
  if (audio || video) UpdateClocks();
}

bool& PublishedStream::Muted(media::MediaKind kind) {
  return kind == media::MediaKind::kAudio ? source_.audio_muted : source_.video_muted;
}

void PublishedStream::Mute(media::MediaKind kind, bool muted) {
  Muted(kind) = muted;
  const fanout::DescriptionPtr description = claim_->description();
  if (description == nullptr) return;
  for (media::Track track : description->tracks) {
    if (track.kind != kind) continue;
    track.muted = muted;
    claim_->UpdateTrack(track);
  }
}

absl::Status PublishedStream::Tell(fanout::StreamEvent event) {
  if (!live()) return absl::NotFoundError("the stream has ended");
  const std::string type = event.type;
  absl::Status told = claim_->Tell(std::move(event));
  if (!told.ok()) return told;
  for (const MuteEvent& known : kMuteEvents) {
    if (known.type == type) Mute(known.kind, known.muted);
  }
  claim_.Update();
  return absl::OkStatus();
}

void PublishedStream::TellWanted(const fanout::WantedLayers& wanted) {
  if (source_.session_id.empty()) return;
  uint32_t encodings = 0;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (!wanted.unwanted.contains(slots_[i].track_id)) encodings |= 1u << i;
  }
  listener_.OnLayersWanted(source_.session_id, encodings, wanted.bitrate_bps);
}

void PublishedStream::SetLost(size_t encoding, uint64_t packets) {
  if (!live() || encoding >= slots_.size() || slots_[encoding].track_id == 0) return;
  claim_->SetLost(slots_[encoding].track_id, packets);
}

uint64_t PublishedStream::VideoRate(const PublisherCounters& counters) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < std::min(slots_.size(), counters.encodings.size()); ++i) {
    if (slots_[i].encoding.kind != media::MediaKind::kVideo) continue;
    sum += counters.encodings[i].bits_per_second.value();
  }
  return sum;
}

void PublishedStream::End(fanout::EndCause cause, std::string detail) {
  ready_timer_.Stop();
  grace_timer_.Stop();
  claim_.End(cause, std::move(detail));
}

}  // namespace sluice::webrtc_media
