#include "services/webrtc-media/stream_subscription.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/player_answer.h"

namespace sluice::webrtc_media {
namespace {

// Profiles of the renditions that players take.
constexpr std::array<std::pair<media::Codec, std::string_view>, 3> kProfiles = {{
    {media::Codec::kOpus, "opus"},
    {media::Codec::kH264, "h264"},
    {media::Codec::kVp8, "vp8"},
}};

std::string_view ProfileOf(media::Codec codec) {
  const auto found = std::find_if(kProfiles.begin(), kProfiles.end(),
                                  [codec](const auto& known) { return known.first == codec; });
  return found == kProfiles.end() ? "" : found->second;
}

// Why a track is not taken as it is, for people.
std::string_view CauseOf(const media::Track& track) {
  const media::BrowserObstacle obstacle = media::FindBrowserObstacle(track);
  return obstacle == media::BrowserObstacle::kNone ? media::CodecName(track.codec)
                                                   : media::BrowserObstacleName(obstacle);
}

}  // namespace

StreamSubscription::StreamSubscription(SubscriptionContext& context, media::StreamKey key,
                                       Listener listener)
    : context_(context),
      key_(std::move(key)),
      feeds_(context.pool, context.counters.filter,
             {.on_description = [this](const auto& description) { OnDescription(description); },
              .on_end = [this](const fanout::StreamEnd& end) { OnEnd(end); },
              .on_event = [this](const fanout::StreamEvent& event) { listener_.on_event(event); }}),
      listener_(std::move(listener)),
      ready_timer_(context.relays.loop,
                   [this] {
                     waited_ = true;
                     if (description_ != nullptr) AnswerWaiting(absl::OkStatus());
                   }),
      recovery_timer_(context.relays.loop, [this] { OpenRelay(); }) {
  ready_timer_.Start(kReadyTime);
  OpenRelay();
}

StreamSubscription::~StreamSubscription() {
  *alive_ = false;
  feeds_.Follow(nullptr);  // the relay goes first
}

void StreamSubscription::OpenRelay() {
  feeds_.Follow(nullptr);
  relay_ = std::make_unique<relay::StreamRelay>(
      context_.relays, key_, "", [this](const absl::Status& status) { OnOpen(status); });
  feeds_.Follow(relay_.get());
}

void StreamSubscription::OnOpen(const absl::Status& status) {
  if (!status.ok()) return Recover(status);
  if (recovery_deadline_ != Instant{}) {
    context_.log.Info("subscription recovered", {{"stream", key_.ToString()}});
    for (auto& [profile, rendition] : renditions_) rendition->AskAtOnce();
  }
  recovery_deadline_ = {};
}

void StreamSubscription::OnDescription(const fanout::DescriptionPtr& description) {
  description_ = description;
  FollowStream();
  listener_.on_played();
  if (description->ready || waited_) {
    // Not from inside the relay's delivery, which must not see its sinks' owner go.
    context_.relays.loop.Post([this, alive = alive_] {
      if (*alive) AnswerWaiting(absl::OkStatus());
    });
  }
}

void StreamSubscription::OnEnd(const fanout::StreamEnd& end) {
  // A relay that has not opened says so to OnOpen as well.
  if (relay_->description() == nullptr) return;
  if (end.cause == fanout::EndCause::kUpstreamLost) {
    return Recover(absl::UnavailableError(end.detail));
  }
  EndForGood(end);
}

void StreamSubscription::Recover(const absl::Status& cause) {
  const Instant now = context_.relays.loop.now();
  if (recovery_deadline_ == Instant{}) {
    recovery_deadline_ = now + kRecoveryTime;
    if (description_ != nullptr) {
      context_.log.Warning("subscription lost", {{"stream", key_.ToString()}, {"cause", cause}});
    }
  }
  // Not even the directory's word that there is no such stream ends it at once: a daemon that was
  // killed takes its old names out as it starts, and its publishers come back a moment later.
  if (description_ == nullptr || now >= recovery_deadline_) {
    AnswerWaiting(cause);
    return EndForGood({fanout::EndCause::kUpstreamLost, std::string(cause.message())});
  }
  recovery_timer_.Start(kRecoveryInterval);
}

void StreamSubscription::EndForGood(const fanout::StreamEnd& end) {
  if (std::exchange(over_, true)) return;
  renditions_.clear();
  for (auto& [session_id, member] : members_) {
    for (MemberTrack& track : member.tracks) track.bound.clear();
  }
  feeds_.End(end);
  AnswerWaiting(absl::NotFoundError(StrCat("stream ", key_.name, " has ended")));
}

void StreamSubscription::WhenReady(OnReady on_ready) {
  waiting_.push_back(std::move(on_ready));
  const bool known = description_ != nullptr && (description_->ready || waited_);
  if (!known && !over_) return;
  context_.relays.loop.Post([this, alive = alive_] {
    if (!*alive) return;
    AnswerWaiting(over_ ? absl::NotFoundError(StrCat("stream ", key_.name, " has ended"))
                        : absl::OkStatus());
  });
}

void StreamSubscription::AnswerWaiting(const absl::Status& status) {
  const std::vector<OnReady> waiting = std::exchange(waiting_, {});
  for (const OnReady& on_ready : waiting) on_ready(status);
}

absl::Status StreamSubscription::Join(size_t worker, PlayerSettings settings) {
  Member member{.worker = worker, .tracks = {}};
  for (size_t i = 0; i < settings.tracks.size(); ++i) {
    const PlayerTrackSettings& track = settings.tracks[i];
    member.tracks.push_back({.index = i, .kind = track.kind});
    for (const PlayerFormat& format : track.formats) {
      member.tracks.back().formats.push_back(
          {format.codec, format.payload_type, format.rtx_payload_type});
    }
  }
  const std::string session_id = settings.transport.session_id;
  const WorkerFeed& feed = feeds_.Use(worker);
  const absl::Status added = context_.pool.worker(worker).AddPlayer(std::move(settings), feed);
  if (!added.ok()) {
    feeds_.Release(worker);
    return added;
  }
  Member& joined = members_[session_id] = std::move(member);
  for (MemberTrack& track : joined.tracks) track.wanted = ProfileFor(track);
  FollowRenditions();
  BindTracks(session_id, joined);
  AskForKeyFrame();
  return absl::OkStatus();
}

// The cached group of a source that makes key frames only when asked is long: live comes sooner.
void StreamSubscription::AskForKeyFrame() {
  const media::Track* video = SourceOf(media::MediaKind::kVideo);
  if (video == nullptr || over_) return;
  const auto key_frame = relay_->fan().cache().KeyFrameArrival(video->id);
  if (key_frame && context_.relays.loop.now() - *key_frame < kOldKeyFrame) return;
  relay_->RequestKeyFrame(video->id);
}

const media::Track* StreamSubscription::SourceOf(media::MediaKind kind) const {
  return description_ == nullptr ? nullptr : description_->FindFirst(kind);
}

std::string StreamSubscription::ProfileFor(const MemberTrack& track) const {
  const media::Track* source = SourceOf(track.kind);
  if (source == nullptr || over_) return "";
  const media::Codec played = sdp::PlayedCodec(*source, track.formats);
  const bool as_it_is = played == source->codec &&
                        media::FindBrowserObstacle(*source) == media::BrowserObstacle::kNone;
  return as_it_is ? "" : std::string(ProfileOf(played));
}

// Its tracks have changed.
void StreamSubscription::FollowStream() {
  for (auto& [session_id, member] : members_) {
    for (MemberTrack& track : member.tracks) track.wanted = ProfileFor(track);
  }
  FollowRenditions();
  for (auto& [session_id, member] : members_) BindTracks(session_id, member);
}

// Starts those that are needed now. Those that are not are left once nobody takes from them.
void StreamSubscription::FollowRenditions() {
  std::set<std::string> needed;
  for (auto& [session_id, member] : members_) {
    for (MemberTrack& track : member.tracks) {
      if (track.wanted != track.bound && !track.bound.empty()) {
        TakeFrom("", session_id, member.worker, track);
      }
      if (track.wanted.empty()) continue;
      needed.insert(track.wanted);
      if (!renditions_.contains(track.wanted)) OpenRendition(track.wanted, track.kind);
    }
  }
  std::erase_if(renditions_, [&](const auto& known) { return !needed.contains(known.first); });
}

void StreamSubscription::OpenRendition(const std::string& profile, media::MediaKind kind) {
  context_.log.Info(
      "rendition needed",
      {{"stream", key_.ToString()}, {"profile", profile}, {"cause", CauseOf(*SourceOf(kind))}});
  const auto bind = [this, profile] { BindPictures(profile); };
  renditions_[profile] = std::make_unique<Rendition>(
      context_, key_.name, profile,
      kind == media::MediaKind::kVideo ? Rendition::Listener{.on_key_frame = bind, .on_lost = bind}
                                       : Rendition::Listener{});
}

// The rendition that the track wants has something for it.
bool StreamSubscription::CanShow(const MemberTrack& track) const {
  const auto rendition = renditions_.find(track.wanted);
  if (rendition == renditions_.end()) return false;
  return track.kind == media::MediaKind::kAudio || rendition->second->has_picture();
}

void StreamSubscription::BindTracks(const std::string& session_id, Member& member) {
  if (over_) return;
  for (MemberTrack& track : member.tracks) {
    const std::string profile = CanShow(track) ? track.wanted : "";
    if (profile != track.bound) TakeFrom(profile, session_id, member.worker, track);
  }
}

void StreamSubscription::BindPictures(const std::string& profile) {
  for (auto& [session_id, member] : members_) BindTracks(session_id, member);
  context_.log.Info(
      "picture taken from",
      {{"stream", key_.ToString()},
       {"source", renditions_[profile]->has_picture() ? StrCat(profile, " rendition") : "original"},
       {"players", members_.size()}});
  listener_.on_played();
}

void StreamSubscription::TakeFrom(const std::string& profile, const std::string& session_id,
                                  size_t worker, MemberTrack& track) {
  const std::string before = std::exchange(track.bound, profile);
  const bool video = track.kind == media::MediaKind::kVideo;
  Worker& owner = context_.pool.worker(worker);
  if (profile.empty()) {
    if (video) ++context_.counters.to_video_original;
    owner.BindTrack(session_id, track.index, feeds_.Use(worker));
    feeds_.Release(worker);  // the player itself keeps it open
  } else {
    if (video) ++context_.counters.to_video_rendition;
    owner.BindTrack(session_id, track.index, renditions_[profile]->feeds().Use(worker));
  }
  if (!before.empty()) renditions_[before]->feeds().Release(worker);
}

void StreamSubscription::Leave(const std::string& session_id) {
  const auto found = members_.find(session_id);
  if (found == members_.end()) return;
  const Member member = std::move(found->second);
  members_.erase(found);
  for (const MemberTrack& track : member.tracks) {
    if (!track.bound.empty()) renditions_[track.bound]->feeds().Release(member.worker);
  }
  feeds_.Release(member.worker);
  if (!feeds_.Uses(member.worker)) wanted_.erase(member.worker);
  FollowRenditions();
}

bool StreamSubscription::RequestKeyFrame(size_t worker, FeedId feed, uint32_t track_id) {
  for (auto& [profile, rendition] : renditions_) {
    if (!rendition->feeds().Has(worker, feed)) continue;
    rendition->RequestKeyFrame(track_id);
    return true;
  }
  if (!feeds_.Has(worker, feed)) return false;
  relay_->RequestKeyFrame(track_id);
  return true;
}

bool StreamSubscription::SetWanted(size_t worker, FeedId feed, fanout::WantedLayers wanted) {
  if (!feeds_.Has(worker, feed)) return false;
  wanted_[worker] = std::move(wanted);
  std::vector<const fanout::WantedLayers*> workers;
  const fanout::WantedLayers everything;
  for (size_t i = 0; i < context_.pool.size(); ++i) {
    const auto said = wanted_.find(i);
    if (feeds_.Uses(i)) workers.push_back(said == wanted_.end() ? &everything : &said->second);
  }
  relay_->SetWanted(fanout::Union(workers));
  return true;
}

v1::PlayedStream StreamSubscription::Played(const std::string& session_id) const {
  v1::PlayedStream played;
  const auto found = members_.find(session_id);
  if (found == members_.end()) return played;
  for (const MemberTrack& track : found->second.tracks) {
    const media::Track* source = SourceOf(track.kind);
    if (source == nullptr || sdp::PlayedCodec(*source, track.formats) == media::Codec::kUnknown) {
      continue;
    }
    if (track.kind == media::MediaKind::kAudio) {
      played.set_has_audio(true);
      played.set_audio_muted(source->muted);
      continue;
    }
    played.set_has_video(true);
    played.set_video_muted(source->muted);
    const auto rendition = renditions_.find(track.bound);
    const media::Track* shown =
        rendition == renditions_.end() ? source : rendition->second->FindVideo();
    if (shown == nullptr) continue;
    played.set_width(shown->width);
    played.set_height(shown->height);
  }
  return played;
}

std::string StreamSubscription::Remark(const std::string& session_id) const {
  const auto found = members_.find(session_id);
  if (found == members_.end() || description_ == nullptr) return "";
  std::string remark;
  for (const MemberTrack& track : found->second.tracks) {
    std::string part;
    if (track.kind == media::MediaKind::kVideo && !track.wanted.empty()) {
      part = PictureRemark(track);
    } else if (track.kind == media::MediaKind::kAudio && !track.bound.empty()) {
      part = StrCat("sound: ", track.bound, " rendition (",
                    media::CodecName(SourceOf(track.kind)->codec), ")");
    }
    if (!part.empty()) remark += StrCat(remark.empty() ? "" : "; ", part);
  }
  return remark;
}

std::string StreamSubscription::PictureRemark(const MemberTrack& track) const {
  const media::Track& source = *SourceOf(media::MediaKind::kVideo);
  const std::string_view why = CauseOf(source);
  if (!track.bound.empty()) return StrCat("picture: ", track.bound, " rendition (", why, ")");
  const Rendition& rendition = *renditions_.at(track.wanted);
  const std::string cause =
      rendition.cause().ok() ? "" : StrCat(": ", ToStd(rendition.cause().message()));
  const media::BrowserObstacle obstacle = media::FindBrowserObstacle(source);
  const bool shows_some =
      obstacle != media::BrowserObstacle::kNone && !media::IsUndecodable(obstacle);
  return shows_some
             ? StrCat("picture: what can be shown of the original until there is the ",
                      track.wanted, " rendition (", why, ")", cause)
             : StrCat("picture: waits for the ", track.wanted, " rendition (", why, ")", cause);
}

}  // namespace sluice::webrtc_media
