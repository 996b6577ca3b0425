#include "services/webrtc-media/stream_subscription.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/player_answer.h"

namespace sluice::webrtc_media {
namespace {

constexpr char kSoundProfile[] = "opus";
constexpr char kPictureProfile[] = "h264";

bool HasCodec(const std::vector<PlayerFormat>& formats, media::Codec codec) {
  return std::any_of(formats.begin(), formats.end(),
                     [codec](const PlayerFormat& format) { return format.codec == codec; });
}

// The player has agreed on the codec of the rendition of the stream's audio, but not on its own.
bool NeedsSoundRendition(const media::StreamDescription& description,
                         const std::vector<PlayerFormat>& formats) {
  const media::Track* audio = description.FindFirst(media::MediaKind::kAudio);
  return audio != nullptr && !HasCodec(formats, audio->codec) &&
         HasCodec(formats, sdp::PlayerCodec(audio->codec));
}

}  // namespace

StreamSubscription::StreamSubscription(SubscriptionContext& context, media::StreamKey key)
    : context_(context),
      key_(std::move(key)),
      feeds_(context.pool, context.counters.filter,
             {.on_description = [this](const auto& description) { OnDescription(description); },
              .on_end = [this](const fanout::StreamEnd& end) { OnEnd(end); }}),
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
    for (Rendition* rendition : {sound_.get(), picture_.get()}) {
      if (rendition != nullptr) rendition->AskAtOnce();
    }
  }
  recovery_deadline_ = {};
}

void StreamSubscription::OnDescription(const fanout::DescriptionPtr& description) {
  description_ = description;
  FollowObstacle();
  for (auto& [session_id, member] : members_) BindTracks(session_id, member);
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
  sound_.reset();
  picture_.reset();
  for (auto& [session_id, member] : members_) {
    for (MemberTrack& track : member.tracks) track.on_rendition = false;
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
    member.tracks.push_back({i, track.kind, track.formats});
  }
  const std::string session_id = settings.transport.session_id;
  const WorkerFeed& feed = feeds_.Use(worker);
  const absl::Status added = context_.pool.worker(worker).AddPlayer(std::move(settings), feed);
  if (!added.ok()) {
    feeds_.Release(worker);
    return added;
  }
  Member& joined = members_[session_id] = std::move(member);
  FollowObstacle();
  BindTracks(session_id, joined);
  return absl::OkStatus();
}

// Starts and stops the picture's rendition.
void StreamSubscription::FollowObstacle() {
  const media::Track* video = description_->FindFirst(media::MediaKind::kVideo);
  obstacle_ = video != nullptr ? media::FindBrowserObstacle(*video) : media::BrowserObstacle::kNone;
  const bool wanted = WantsPicture();
  if (wanted == (picture_ != nullptr)) return;
  if (wanted) {
    context_.log.Info(
        "picture needs a rendition",
        {{"stream", key_.ToString()}, {"cause", media::BrowserObstacleName(obstacle_)}});
    picture_ =
        std::make_unique<Rendition>(context_, key_.name, kPictureProfile,
                                    Rendition::Listener{.on_key_frame = [this] { BindPictures(); },
                                                        .on_lost = [this] { BindPictures(); }});
    return;
  }
  for (auto& [session_id, member] : members_) {
    for (MemberTrack& track : member.tracks) {
      if (track.kind != media::MediaKind::kVideo || !track.on_rendition) continue;
      TakeFromOriginal(session_id, member.worker, track);
    }
  }
  picture_.reset();
}

bool StreamSubscription::WantsPicture() const {
  if (over_ || obstacle_ == media::BrowserObstacle::kNone) return false;
  return std::any_of(members_.begin(), members_.end(), [](const auto& entry) {
    const std::vector<MemberTrack>& tracks = entry.second.tracks;
    return std::any_of(tracks.begin(), tracks.end(), [](const MemberTrack& track) {
      return track.kind == media::MediaKind::kVideo && HasCodec(track.formats, media::Codec::kH264);
    });
  });
}

bool StreamSubscription::BelongsOnRendition(const MemberTrack& track) const {
  if (track.kind == media::MediaKind::kAudio) {
    return NeedsSoundRendition(*description_, track.formats);
  }
  return picture_ != nullptr && picture_->has_picture() &&
         HasCodec(track.formats, media::Codec::kH264);
}

void StreamSubscription::BindTracks(const std::string& session_id, Member& member) {
  if (over_) return;
  for (MemberTrack& track : member.tracks) {
    const bool wanted = BelongsOnRendition(track);
    if (wanted == track.on_rendition) continue;
    if (wanted) {
      TakeFromRendition(session_id, member.worker, track);
    } else {
      TakeFromOriginal(session_id, member.worker, track);
    }
  }
}

void StreamSubscription::BindPictures() {
  for (auto& [session_id, member] : members_) BindTracks(session_id, member);
  context_.log.Info("picture taken from",
                    {{"stream", key_.ToString()},
                     {"source", picture_->has_picture() ? "h264 rendition" : "original"},
                     {"players", members_.size()}});
}

void StreamSubscription::TakeFromRendition(const std::string& session_id, size_t worker,
                                           MemberTrack& track) {
  track.on_rendition = true;
  if (track.kind == media::MediaKind::kVideo) ++context_.counters.to_video_rendition;
  context_.pool.worker(worker).BindTrack(session_id, track.index,
                                         UseRendition(track.kind).feeds().Use(worker));
}

void StreamSubscription::TakeFromOriginal(const std::string& session_id, size_t worker,
                                          MemberTrack& track) {
  track.on_rendition = false;
  if (track.kind == media::MediaKind::kVideo) ++context_.counters.to_video_original;
  context_.pool.worker(worker).BindTrack(session_id, track.index, feeds_.Use(worker));
  feeds_.Release(worker);  // the player itself keeps it open
  ReleaseRendition(track.kind, worker);
}

Rendition& StreamSubscription::UseRendition(media::MediaKind kind) {
  if (kind == media::MediaKind::kVideo) return *picture_;
  if (sound_ == nullptr) sound_ = std::make_unique<Rendition>(context_, key_.name, kSoundProfile);
  return *sound_;
}

void StreamSubscription::ReleaseRendition(media::MediaKind kind, size_t worker) {
  const std::unique_ptr<Rendition>& rendition =
      kind == media::MediaKind::kVideo ? picture_ : sound_;
  if (rendition == nullptr) return;
  rendition->feeds().Release(worker);
  if (kind == media::MediaKind::kAudio && !rendition->feeds().in_use()) sound_.reset();
}

void StreamSubscription::Leave(const std::string& session_id) {
  const auto found = members_.find(session_id);
  if (found == members_.end()) return;
  const Member member = std::move(found->second);
  members_.erase(found);
  for (const MemberTrack& track : member.tracks) {
    if (track.on_rendition) ReleaseRendition(track.kind, member.worker);
  }
  feeds_.Release(member.worker);
  FollowObstacle();
}

bool StreamSubscription::RequestKeyFrame(size_t worker, FeedId feed, uint32_t track_id) {
  if (picture_ != nullptr && picture_->feeds().Has(worker, feed)) {
    picture_->RequestKeyFrame(track_id);
    return true;
  }
  if (!feeds_.Has(worker, feed)) return false;
  relay_->RequestKeyFrame(track_id);
  return true;
}

std::string StreamSubscription::Remark(const std::string& session_id) const {
  const auto found = members_.find(session_id);
  if (found == members_.end() || description_ == nullptr) return "";
  std::string remark;
  for (const MemberTrack& track : found->second.tracks) {
    std::string part;
    if (track.kind == media::MediaKind::kVideo && picture_ != nullptr &&
        HasCodec(track.formats, media::Codec::kH264)) {
      part = PictureRemark(track.on_rendition);
    } else if (track.kind == media::MediaKind::kAudio && track.on_rendition) {
      const media::Track* audio = description_->FindFirst(media::MediaKind::kAudio);
      part = StrCat("sound: opus rendition (", media::CodecName(audio->codec), ")");
    }
    if (!part.empty()) remark += StrCat(remark.empty() ? "" : "; ", part);
  }
  return remark;
}

std::string StreamSubscription::PictureRemark(bool on_rendition) const {
  const std::string_view why = media::BrowserObstacleName(obstacle_);
  if (on_rendition) return StrCat("picture: h264 rendition (", why, ")");
  const std::string cause =
      picture_->cause().ok() ? "" : StrCat(": ", ToStd(picture_->cause().message()));
  if (media::IsUndecodable(obstacle_)) {
    return StrCat("picture: waits for the h264 rendition (", why, ")", cause);
  }
  return StrCat("picture: what can be shown of the original until there is the h264 rendition (",
                why, ")", cause);
}

}  // namespace sluice::webrtc_media
