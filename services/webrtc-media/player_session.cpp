#include "services/webrtc-media/player_session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/base/prefetch.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kReportInterval = 1s;

}  // namespace

PlayerSession::PlayerSession(PeerTransport::Environment& environment, Listener& listener,
                             PlayerSettings settings, FeedId feed, Instant now)
    : PeerSession(environment, std::move(settings.transport), PeerTransport::Media::kOurs, now),
      listener_(listener),
      counters_(std::move(settings.counters)),
      created_(settings.created),
      feed_(feed) {
  for (const PlayerTrackSettings& track : settings.tracks) {
    tracks_.push_back({PlayerTrack(track, *counters_, environment.random), feed});
  }
}

void PlayerSession::OnConnected(Instant now) {
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
  player_track.Bind(stream != nullptr ? stream->FindTrack(wanted.kind, wanted.formats) : nullptr,
                    now);
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
  MediaOutlet outlet = transport_.Outlet(now);
  NoticeSkippedVideo(outlet);
  // Sound first: it is small, and must not queue behind a burst of video.
  for (bool video : {false, true}) {
    if (!(video ? kinds.video : kinds.audio)) continue;
    for (TrackSlot& slot : tracks_) {
      if (slot.track.is_video() != video) continue;
      if (slot.track.Send(outlet) != PlayerTrack::Progress::kAllSent) behind_ = true;
    }
  }
  if (!playing_) NoticePlaying(now);
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
    if (PlayerTrack* track = FindTrack(block.ssrc)) track->OnReportBlock(block, now);
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
  MediaOutlet outlet = transport_.Outlet(now);
  nack.ForEach([&](uint16_t sequence_number) { track->Resend(sequence_number, outlet); });
}

void PlayerSession::OnMessage(const rtp::rtcp::PictureLossIndication& indication, Instant now) {
  OnPictureLoss(indication.media_ssrc, now);
}

void PlayerSession::OnMessage(const rtp::rtcp::FullIntraRequest& request, Instant now) {
  for (const auto& item : request.items) OnPictureLoss(item.ssrc, now);
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
  MediaOutlet outlet = transport_.Outlet(now);
  if (track->Replay(outlet)) SendMedia(now);
}

}  // namespace sluice::webrtc_media
