#include "services/webrtc-media/player_session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "libs/base/prefetch.h"

namespace sluice::webrtc_media {
namespace {

constexpr Duration kReportInterval = 1s;

stun::IceLiteResponder::Settings IceSettings(const PlayerSettings& settings, Duration timeout) {
  return {.credentials = {.local_ufrag = settings.local_ufrag,
                          .local_password = settings.local_password,
                          .remote_ufrag = settings.remote_ufrag},
          .initial_timeout = timeout,
          .consent_timeout = timeout};
}

}  // namespace

PlayerSession::PlayerSession(Environment& environment, PlayerSettings settings, FeedId feed,
                             Instant now)
    : environment_(environment),
      settings_(std::move(settings)),
      feed_(feed),
      ice_(IceSettings(settings_, environment.ice_timeout), now) {
  for (const PlayerTrackSettings& track : settings_.tracks) {
    tracks_.push_back({PlayerTrack(track, *settings_.counters, environment_.random), feed});
  }
}

PlayerSession::~PlayerSession() {
  if (batch_ != nullptr) batch_->Forget(path_);
}

stun::IceLiteResponder::Result PlayerSession::OnCheck(ByteView datagram, const stun::Tuple& tuple,
                                                      Instant now) {
  return ice_.OnDatagram(datagram, tuple, now);
}

void PlayerSession::UsePath(const net::SocketAddress& to, const net::SocketAddress& from,
                            net::SendBatch& batch) {
  if (batch_ != nullptr && batch_ != &batch) batch_->Forget(path_);
  path_.to = to;
  path_.from = from;
  path_.segmentation = true;
  batch_ = &batch;
}

void PlayerSession::LoseTuple(const stun::Tuple& tuple, const net::SocketAddress& to) {
  ice_.RemoveTuple(tuple);
  if (batch_ == nullptr || path_.to != to) return;
  batch_->Forget(path_);
  batch_ = nullptr;  // until its next check
}

void PlayerSession::OnDtls(ByteView datagram, Instant now) {
  if (ended_ || batch_ == nullptr) return;
  if (dtls_ == nullptr) {
    auto made = dtls::ServerConnection::Make(environment_.dtls, settings_.fingerprint, now);
    if (!made.ok()) return End(EndReason::kDtlsError, made.status().ToString(), now);
    dtls_ = *std::move(made);
  }
  dtls_->OnDatagram(datagram, now);
  AfterDtls(now);
}

void PlayerSession::AfterDtls(Instant now) {
  using State = dtls::ServerConnection::State;
  for (const Bytes& datagram : dtls_->TakeDatagrams()) SendDatagram(datagram, now);
  switch (dtls_->state()) {
    case State::kHandshaking:
      return;
    case State::kConnected:
      if (protector_ == nullptr) StartMedia(now);
      return;
    case State::kClosed:
      return End(EndReason::kClosed, "the player closed DTLS", now);
    case State::kFailed:
      return End(EndReason::kDtlsError, dtls_->failure(), now);
    case State::kFingerprintMismatch:
      return End(EndReason::kFingerprintMismatch, "the certificate is not the offer's", now);
  }
}

void PlayerSession::StartMedia(Instant now) {
  auto send = srtp::DeriveSessionKeys(dtls_->srtp_keys().send);
  auto receive = srtp::DeriveSessionKeys(dtls_->srtp_keys().receive);
  if (!send.ok() || !receive.ok()) return End(EndReason::kDtlsError, "no SRTP keys", now);
  auto protector = environment_.engine.MakeProtector(*send);
  auto rtcp_protector = srtp::SrtcpProtector::Make(*send);
  auto rtcp_unprotector = srtp::SrtcpUnprotector::Make(*receive);
  if (!protector.ok() || !rtcp_protector.ok() || !rtcp_unprotector.ok()) {
    return End(EndReason::kDtlsError, "no SRTP ciphers", now);
  }
  protector_ = *std::move(protector);
  rtcp_protector_ = *std::move(rtcp_protector);
  rtcp_unprotector_ = *std::move(rtcp_unprotector);
  SendReports(now);  // before the first packets, so that audio and video are aligned at once
  SendMedia(now);
}

void PlayerSession::BindTrack(size_t track, FeedId feed, const WorkerStream* stream, Instant now) {
  if (track >= tracks_.size()) return;
  tracks_[track].feed = feed;
  PlayerTrack& player_track = tracks_[track].track;
  const PlayerTrackSettings& wanted = player_track.settings();
  player_track.Bind(stream != nullptr ? stream->FindTrack(wanted.kind, wanted.formats) : nullptr,
                    now);
  if (media_ready() && player_track.source() != nullptr) SendReport(player_track, now);
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

MediaOutlet PlayerSession::Outlet(Instant now) {
  return {.batch = *batch_,
          .path = path_,
          .engine = environment_.engine,
          .protector = *protector_,
          .counters = environment_.counters,
          .now = now};
}

void PlayerSession::SendMedia(Instant now, Kinds kinds) {
  behind_ = false;
  if (!media_ready()) return;
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
  if (!playing_) NoticePlaying(now);
}

void PlayerSession::Prefetch(size_t distance) const {
  constexpr size_t kUpToPath = 192;  // from the beginning of the object
  constexpr size_t kKeys = 1152;     // of the largest protector
  if (distance == kPrefetchDistance) {
    sluice::Prefetch(this, kUpToPath);
  } else if (distance == kPrefetchDistance / 2) {
    sluice::Prefetch(protector_.get(), kKeys);
    for (const TrackSlot& slot : tracks_) sluice::Prefetch(&slot, sizeof(slot));
  } else if (distance == 1 && !tracks_.empty()) {
    sluice::Prefetch(&tracks_.front().track.counters(), sizeof(PlayerCounters));
  }
}

void PlayerSession::NoticeSkippedVideo(MediaOutlet& outlet) {
  const uint64_t skipped = path_.skipped_video - seen_skipped_video_;
  if (skipped == 0) return;
  seen_skipped_video_ = path_.skipped_video;
  settings_.counters->dropped_packets.Add(skipped);
  environment_.counters.late_video.Add(skipped);
  for (TrackSlot& slot : tracks_) {
    if (slot.track.is_video()) slot.track.WaitForKeyFrame(outlet);
  }
}

void PlayerSession::NoticePlaying(Instant now) {
  playing_ = std::any_of(tracks_.begin(), tracks_.end(),
                         [](const TrackSlot& slot) { return slot.track.packets_sent() > 0; });
  if (!playing_) return;
  const Duration waited = now - settings_.created;
  environment_.counters.time_to_first_media.Add(waited);
  environment_.listener.OnPlaying(*this, waited);
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
  names.chunks.push_back({.ssrc = report->ssrc, .cname = settings_.cname});
  rtp::rtcp::Serialize(names, compound);
  const size_t size = compound.size();
  compound.resize(size + srtp::kMaxRtcpOverhead);
  compound.resize(rtcp_protector_->Protect(ByteView(compound).first(size), compound));
  SendDatagram(compound, now);
}

// Lost if the socket is full: handshakes and reports are repeated anyway.
void PlayerSession::SendDatagram(ByteView datagram, Instant now) {
  if (datagram.empty()) return;
  std::span<uint8_t> place = batch_->Add(path_, datagram.size(), false, now);
  if (place.empty() && !batch_->blocked()) {
    environment_.engine.Flush();
    batch_->Flush(now);
    place = batch_->Add(path_, datagram.size(), false, now);
  }
  if (!place.empty()) std::copy(datagram.begin(), datagram.end(), place.begin());
}

void PlayerSession::OnTick(Instant now) {
  if (ended_) return;
  if (ice_.TimedOut(now)) {
    const bool never = ice_.tuples().empty();
    return End(EndReason::kIceTimeout, never ? "no valid check came" : "its checks have stopped",
               now);
  }
  if (dtls_ != nullptr && dtls_->next_timeout() && *dtls_->next_timeout() <= now) {
    dtls_->OnTimeout(now);
    AfterDtls(now);
  }
  if (media_ready() && now >= next_reports_) SendReports(now);
}

void PlayerSession::End(EndReason reason, std::string detail, Instant now) {
  if (ended_) return;
  ended_ = true;
  end_reason_ = reason;
  end_detail_ = std::move(detail);
  if (dtls_ == nullptr || batch_ == nullptr) return;
  dtls_->Close();
  for (const Bytes& datagram : dtls_->TakeDatagrams()) SendDatagram(datagram, now);
}

void PlayerSession::OnRtcp(std::span<uint8_t> datagram, Instant now) {
  if (!media_ready()) return;
  const auto compound = rtcp_unprotector_->Unprotect(datagram);
  if (!compound) return environment_.counters.bad_rtcp.Add(1);
  rtp::rtcp::CompoundReader reader(*compound);
  while (const auto packet = reader.Next()) {
    const auto message = rtp::rtcp::ParseMessage(*packet);
    if (message) std::visit([&](const auto& known) { OnMessage(known, now); }, *message);
    if (ended_) return;
  }
  if (!reader.ok()) environment_.counters.bad_rtcp.Add(1);
}

PlayerTrack* PlayerSession::FindTrack(uint32_t ssrc) {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const TrackSlot& slot) {
    return slot.track.settings().ssrc == ssrc;
  });
  return found == tracks_.end() ? nullptr : &found->track;
}

void PlayerSession::OnMessage(const rtp::rtcp::ReceiverReport& report, Instant now) {
  environment_.counters.receiver_reports.Add(1);
  for (const rtp::rtcp::ReportBlock& block : report.blocks) {
    if (PlayerTrack* track = FindTrack(block.ssrc)) track->OnReportBlock(block, now);
  }
}

void PlayerSession::OnMessage(const rtp::rtcp::SenderReport& report, Instant now) {
  OnMessage(rtp::rtcp::ReceiverReport{.ssrc = report.ssrc, .blocks = report.blocks}, now);
}

void PlayerSession::OnMessage(const rtp::rtcp::Nack& nack, Instant now) {
  environment_.counters.nacks.Add(1);
  PlayerTrack* track = FindTrack(nack.media_ssrc);
  if (track == nullptr || !track->is_video()) return;
  // The same packet is never protected twice, so without RTX only a key frame repairs the hole.
  if (!track->can_resend()) return OnPictureLoss(nack.media_ssrc, now);
  MediaOutlet outlet = Outlet(now);
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
  environment_.counters.plis.Add(1);
  PlayerTrack* track = FindTrack(ssrc);
  if (track == nullptr || !track->is_video() || track->source() == nullptr) return;
  const auto slot = std::find_if(tracks_.begin(), tracks_.end(),
                                 [&](const TrackSlot& s) { return &s.track == track; });
  environment_.listener.OnKeyFrameWanted(slot->feed, *track->source());
  MediaOutlet outlet = Outlet(now);
  if (track->Replay(outlet)) SendMedia(now);
}

}  // namespace sluice::webrtc_media
