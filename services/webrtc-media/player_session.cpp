#include "services/webrtc-media/player_session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/base/prefetch.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kReportInterval = 1s;
// Above the estimate while the queue to the player does not grow, so that a key frame is not late.
constexpr double kPaceAbove = 1.5;
// Video that could only leave so late is not worth sending.
constexpr Duration kLongestBacklog = 800ms;
constexpr Duration kLateBacklog = 400ms;
constexpr Duration kSkipPause = 3s;
// How often a player that gets key frames only asks for one.
constexpr Duration kSparse = 5s;

// What a track begins with: the layer that is chosen, unless another one can be shown at once.
StreamTrackPtr FirstLayer(PlayerLayers& layers, const congestion::BandwidthEstimator* bandwidth,
                          const StreamTrackPtr& found, Instant now) {
  if (found == nullptr) return nullptr;
  const StreamTrackPtr chosen = layers.Choose(bandwidth, now).track;
  if (chosen != nullptr && chosen->ring.key_frame()) return chosen;
  return found->ring.key_frame() || chosen == nullptr ? found : chosen;
}

congestion::Feedback ToFeedback(const rtp::rtcp::TransportFeedback& told) {
  congestion::Feedback feedback{.reference_time = static_cast<uint32_t>(told.reference_time)};
  int32_t offset = 0;
  size_t next = 0;
  for (uint32_t i = 0; i < told.packet_count; ++i) {
    const bool received = next < told.arrivals.size() && told.arrivals[next].offset == i;
    if (received) offset += told.arrivals[next++].delta;
    feedback.packets.push_back(
        {.sequence_number = static_cast<uint16_t>(told.base_sequence_number + i),
         .received = received,
         .offset = offset});
  }
  return feedback;
}
constexpr Duration kKeyFramePatience = 2s;

}  // namespace

PlayerSession::PlayerSession(PeerTransport::Environment& environment, Listener& listener,
                             PlayerSettings settings, FeedId feed, Instant now)
    : PeerSession(environment, std::move(settings.transport), PeerTransport::Media::kOurs, now),
      listener_(listener),
      counters_(std::move(settings.counters)),
      created_(settings.created),
      feed_(feed) {
  for (const PlayerTrackSettings& track : settings.tracks) {
    tracks_.push_back({PlayerTrack(track, *counters_, environment.random), feed, {}});
    tracks_.back().layers.SetLimits(settings.limits);
    numbered_ = numbered_ || track.transport_sequence_id != 0;
  }
}

void PlayerSession::OnConnected(Instant now) {
  if (numbered_) bandwidth_ = std::make_unique<congestion::BandwidthEstimator>();
  SendReports(now);  // before the first packets, so that audio and video are aligned at once
  SendMedia(now);
}

void PlayerSession::OnRtp(std::span<uint8_t>, Instant) {
  transport_.environment().counters.unexpected.Add(1);
}

void PlayerSession::BindTrack(size_t track, FeedId feed, const WorkerStream* stream, Instant now) {
  if (track >= tracks_.size()) return;
  tracks_[track].feed = feed;
  PlayerTrack& player_track = tracks_[track].track;
  const PlayerTrackSettings& wanted = player_track.settings();
  const StreamTrackPtr found =
      stream != nullptr ? stream->FindTrack(wanted.kind, wanted.formats) : nullptr;
  if (player_track.is_video()) {
    PlayerLayers& layers = tracks_[track].layers;
    layers.SetLayers(found != nullptr ? stream->LayersOf(*found) : std::vector<StreamTrackPtr>());
    if (found == nullptr || !layers.Has(player_track.source())) {
      player_track.Bind(FirstLayer(layers, bandwidth_.get(), found, now), now);
    }
    ChooseLayers(tracks_[track], now);
  } else {
    player_track.Bind(found, now);
  }
  if (transport_.ready() && player_track.source() != nullptr) SendReport(player_track, now);
}

void PlayerSession::OnDescription(const WorkerStream& stream, Instant now) {
  for (size_t i = 0; i < tracks_.size(); ++i) {
    if (tracks_[i].feed == stream.id()) BindTrack(i, stream.id(), &stream, now);
  }
}

bool PlayerSession::TakesFrom(FeedId feed) const {
  return std::any_of(tracks_.begin(), tracks_.end(),
                     [&](const TrackSlot& slot) { return slot.feed == feed; });
}

void PlayerSession::SendMedia(Instant now, Kinds kinds) {
  behind_ = false;
  if (!transport_.ready()) return;
  MediaOutlet outlet = Outlet(now);
  NoticeSkippedVideo(outlet);
  // Sound first: it is small, and must not queue behind a burst of video.
  for (bool video : {false, true}) {
    if (!(video ? kinds.video : kinds.audio)) continue;
    for (TrackSlot& slot : tracks_) {
      if (slot.track.is_video() != video) continue;
      if (slot.track.Send(outlet) != PlayerTrack::Progress::kAllSent) behind_ = true;
    }
  }
  if (bandwidth_ != nullptr && bandwidth_->probing()) SendProbe(outlet);
  if (!playing_) NoticePlaying(now);
}

MediaOutlet PlayerSession::Outlet(Instant now) {
  MediaOutlet outlet = transport_.Outlet(now);
  outlet.bandwidth = numbered_ ? bandwidth_.get() : nullptr;
  outlet.video_rate = video_rate_;
  outlet.sound_distance = sound_.distance(now);
  return outlet;
}

void PlayerSession::SendProbe(MediaOutlet& outlet) {
  const auto video = std::find_if(tracks_.begin(), tracks_.end(), [](const TrackSlot& slot) {
    return slot.track.is_video() && slot.track.can_resend();
  });
  if (video == tracks_.end()) return;
  while (bandwidth_->PaddingDue(outlet.now) > 0 && video->track.SendPadding(outlet)) {
  }
  behind_ = behind_ || bandwidth_->probing();
}

void PlayerSession::SetLayerLimits(const LayerLimits& limits, Instant now) {
  for (TrackSlot& slot : tracks_) {
    slot.layers.SetLimits(limits);
    if (slot.track.is_video()) ChooseLayers(slot, now);
  }
}

void PlayerSession::WatchBandwidth(Instant now) {
  double wanted = 0;
  for (TrackSlot& slot : tracks_) {
    if (!slot.track.is_video()) continue;
    // The estimate may be a little too high for long; what waits here tells.
    const bool late = video_rate_ != 0 && slot.track.Backlog() > kLateBacklog;
    if (late && slot.track.next_layer() == nullptr) slot.layers.StepDown(now);
    ChooseLayers(slot, now);
    SkipBacklog(slot, now);
    SetPatience(slot, now);
    wanted = std::max(wanted, slot.layers.wanted_rate());
  }
  if (bandwidth_ == nullptr) return;
  bandwidth_->OnTick(wanted, now);
  sound_.OnLoss(bandwidth_->loss(), now);
  const bool calm = bandwidth_->usage() == congestion::Usage::kNormal;
  const double pace = bandwidth_->rate() * (calm ? kPaceAbove : 1);
  video_rate_ = bandwidth_->limited(now) ? static_cast<uint64_t>(pace) : 0;
  behind_ = behind_ || bandwidth_->probing();
}

void PlayerSession::ChooseLayers(TrackSlot& slot, Instant now) {
  if (!slot.layers.Matters(bandwidth_.get(), now) && !slot.track.thinner().active()) return;
  Apply(slot, slot.layers.Choose(bandwidth_.get(), now), now);
}

void PlayerSession::Apply(TrackSlot& slot, const PlayerLayers::Choice& choice, Instant now) {
  PlayerTrack& track = slot.track;
  if (choice.track == nullptr || track.source() == nullptr) return;
  const bool was_thin = track.thinner().key_frames_only();
  track.thinner().SetTemporalLayers(choice.temporal_layers < StreamTrack::kTemporalLayers
                                        ? choice.temporal_layers
                                        : LayerThinner::kAll);
  track.thinner().SetKeyFramesOnly(choice.key_frames_only);
  track.ChangeLayer(choice.track, now);
  if (choice.key_frames_only && !was_thin) {
    listener_.OnBandwidth(*this, static_cast<uint64_t>(slot.layers.lowest_rate()),
                          static_cast<uint64_t>(bandwidth_->rate()));
  }
  const bool thick_again = !choice.key_frames_only && track.thinner().waits_for_key_frame();
  if (track.next_layer() != nullptr) {
    listener_.OnKeyFrameWanted(slot.feed, *track.next_layer());
  } else if (thick_again) {
    listener_.OnKeyFrameWanted(slot.feed, *track.source());
  } else if (choice.key_frames_only && now >= next_sparse_) {
    next_sparse_ = now + kSparse;
    listener_.OnKeyFrameWanted(slot.feed, *track.source());
  }
}

// While packets are lost the player shows pictures so late that a lost one has two chances to come
// again before it is missed; the same while its source is held up by losses of its own. Else at
// once.
void PlayerSession::SetPatience(TrackSlot& slot, Instant now) {
  constexpr Duration kSecondRequest = 100ms;  // browsers ask again after about so long
  constexpr Duration kStep = 50ms;            // so that it does not follow each round trip
  const bool lossy = numbered_ && sound_.settled(now) && slot.track.can_resend();
  const Duration wanted =
      lossy ? std::min<Duration>(2 * slot.track.round_trip_time() + kSecondRequest, 400ms)
            : Duration(0);
  const StreamTrackPtr& source = slot.track.source();
  const Duration held = source != nullptr ? source->held.Usual(now) : Duration(0);
  slot.track.SetPatience((std::max(wanted, held) + kStep - 1us) / kStep * kStep);
}

// A way that is too thin even for this layer: what is shown must not become older and older.
void PlayerSession::SkipBacklog(TrackSlot& slot, Instant now) {
  if (video_rate_ == 0 || slot.track.Backlog() < kLongestBacklog || !transport_.ready()) return;
  MediaOutlet outlet = Outlet(now);
  slot.track.SkipToKeyFrame(outlet);
  // A key frame is what such a way carries worst: not one after the other.
  if (now < next_skip_) return;
  next_skip_ = now + kSkipPause;
  listener_.OnKeyFrameWanted(slot.feed, *slot.track.source());
}

void PlayerSession::Prefetch(size_t distance) const {
  constexpr size_t kUpToPlaying = 192;  // from the beginning of the object
  constexpr size_t kKeys = 1152;        // of the largest protector
  if (distance == kPrefetchDistance) {
    sluice::Prefetch(this, kUpToPlaying);
  } else if (distance == kPrefetchDistance / 2) {
    sluice::Prefetch(transport_.keys(), kKeys);
    for (const TrackSlot& slot : tracks_) sluice::Prefetch(&slot, sizeof(slot));
  } else if (distance == 1 && !tracks_.empty()) {
    sluice::Prefetch(&tracks_.front().track.counters(), sizeof(PlayerCounters));
  }
}

void PlayerSession::NoticeSkippedVideo(MediaOutlet& outlet) {
  const uint64_t skipped = transport_.skipped_video() - seen_skipped_video_;
  if (skipped == 0) return;
  seen_skipped_video_ = transport_.skipped_video();
  counters_->dropped_packets.Add(skipped);
  transport_.environment().counters.late_video.Add(skipped);
  for (TrackSlot& slot : tracks_) {
    if (slot.track.is_video()) slot.track.WaitForKeyFrame(outlet);
  }
}

void PlayerSession::NoticePlaying(Instant now) {
  playing_ = std::any_of(tracks_.begin(), tracks_.end(),
                         [](const TrackSlot& slot) { return slot.track.packets_sent() > 0; });
  if (!playing_) return;
  const Duration waited = now - created_;
  transport_.environment().counters.time_to_first_media.Add(waited);
  listener_.OnPlaying(*this, waited);
}

void PlayerSession::SendReports(Instant now) {
  next_reports_ = now + kReportInterval;
  for (TrackSlot& slot : tracks_) SendReport(slot.track, now);
}

void PlayerSession::SendReport(PlayerTrack& track, Instant now) {
  const auto report = track.MakeSenderReport(now);
  if (!report) return;
  Bytes compound;
  rtp::rtcp::Serialize(*report, compound);
  rtp::rtcp::SourceDescription names;
  names.chunks.push_back({.ssrc = report->ssrc, .cname = transport_.settings().cname});
  rtp::rtcp::Serialize(names, compound);
  transport_.SendRtcp(std::move(compound), now);
}

void PlayerSession::OnReadyTick(Instant now) {
  if (now >= next_reports_) SendReports(now);
  WatchBandwidth(now);
  WishForKeyFrame(now);
}

// After video has been skipped the player knows of no loss and asks for nothing. Streams with
// regular key frames are not disturbed.
void PlayerSession::WishForKeyFrame(Instant now) {
  bool waits = false;
  for (TrackSlot& slot : tracks_) {
    if (!slot.track.is_video() || !slot.track.waits_for_key_frame()) continue;
    waits = true;
    if (next_wish_ == Instant{} || now < next_wish_) continue;
    listener_.OnKeyFrameWanted(slot.feed, *slot.track.source());
  }
  if (!waits) {
    next_wish_ = {};
  } else if (now >= next_wish_) {
    next_wish_ = now + kKeyFramePatience;
  }
}

void PlayerSession::OnRtcpPacket(const rtp::rtcp::PacketView& packet, Instant now) {
  const auto message = rtp::rtcp::ParseMessage(packet);
  if (message) std::visit([&](const auto& known) { OnMessage(known, now); }, *message);
}

PlayerTrack* PlayerSession::FindTrack(uint32_t ssrc) {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const TrackSlot& slot) {
    return slot.track.settings().ssrc == ssrc;
  });
  return found == tracks_.end() ? nullptr : &found->track;
}

void PlayerSession::OnMessage(const rtp::rtcp::ReceiverReport& report, Instant now) {
  transport_.environment().counters.receiver_reports.Add(1);
  for (const rtp::rtcp::ReportBlock& block : report.blocks) {
    PlayerTrack* track = FindTrack(block.ssrc);
    if (track == nullptr) continue;
    track->OnReportBlock(block, now);
    sound_.OnLoss(block.fraction_lost / 256.0, now);
  }
}

void PlayerSession::OnMessage(const rtp::rtcp::SenderReport& report, Instant now) {
  OnMessage(rtp::rtcp::ReceiverReport{.ssrc = report.ssrc, .blocks = report.blocks}, now);
}

void PlayerSession::OnMessage(const rtp::rtcp::Nack& nack, Instant now) {
  transport_.environment().counters.nacks.Add(1);
  PlayerTrack* track = FindTrack(nack.media_ssrc);
  if (track == nullptr || !track->is_video()) return;
  // The same packet is never protected twice, so without RTX only a key frame repairs the hole.
  if (!track->can_resend()) return OnPictureLoss(nack.media_ssrc, now);
  MediaOutlet outlet = Outlet(now);
  const bool spare = bandwidth_ != nullptr && !bandwidth_->limited(now);
  const int copies = spare && sound_.settled(now) ? 2 : 1;
  nack.ForEach([&](uint16_t sequence_number) { track->Resend(sequence_number, outlet, copies); });
}

void PlayerSession::OnMessage(const rtp::rtcp::PictureLossIndication& indication, Instant now) {
  OnPictureLoss(indication.media_ssrc, now);
}

void PlayerSession::OnMessage(const rtp::rtcp::FullIntraRequest& request, Instant now) {
  for (const auto& item : request.items) OnPictureLoss(item.ssrc, now);
}

void PlayerSession::OnMessage(const rtp::rtcp::TransportFeedback& feedback, Instant now) {
  if (!numbered_ || bandwidth_ == nullptr) return;
  transport_.environment().counters.transport_feedback.Add(1);
  bandwidth_->OnFeedback(ToFeedback(feedback), now);
  // A link that has become narrow is not filled until the next tick.
  if (bandwidth_->usage() == congestion::Usage::kOver) WatchBandwidth(now);
}

void PlayerSession::OnMessage(const rtp::rtcp::ReceiverEstimatedMaximumBitrate& estimate,
                              Instant now) {
  if (bandwidth_ == nullptr) bandwidth_ = std::make_unique<congestion::BandwidthEstimator>();
  bandwidth_->OnReceiverEstimate(estimate.bitrate_bps, now);
}

void PlayerSession::OnMessage(const rtp::rtcp::Goodbye&, Instant now) {
  End(EndReason::kClosed, "the player said goodbye", now);
}

void PlayerSession::OnPictureLoss(uint32_t ssrc, Instant now) {
  transport_.environment().counters.plis.Add(1);
  PlayerTrack* track = FindTrack(ssrc);
  if (track == nullptr || !track->is_video() || track->source() == nullptr) return;
  const auto slot = std::find_if(tracks_.begin(), tracks_.end(),
                                 [&](const TrackSlot& s) { return &s.track == track; });
  listener_.OnKeyFrameWanted(slot->feed, *track->source());
  MediaOutlet outlet = Outlet(now);
  if (track->Replay(outlet)) SendMedia(now);
}

}  // namespace sluice::webrtc_media
