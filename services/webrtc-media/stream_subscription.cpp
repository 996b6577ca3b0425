#include "services/webrtc-media/stream_subscription.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/sdp/player_answer.h"

namespace sluice::webrtc_media {
namespace {

// The player has agreed on the codec of the rendition of the stream's audio, but not on its own.
bool NeedsRendition(const media::StreamDescription& description,
                    const std::vector<PlayerFormat>& formats) {
  const media::Track* audio = description.FindFirst(media::MediaKind::kAudio);
  if (audio == nullptr) return false;
  const auto has = [&formats](media::Codec codec) {
    return std::any_of(formats.begin(), formats.end(),
                       [codec](const PlayerFormat& format) { return format.codec == codec; });
  };
  return !has(audio->codec) && has(sdp::PlayerCodec(audio->codec));
}

}  // namespace

StreamSubscription::StreamSubscription(SubscriptionContext& context, media::StreamKey key)
    : context_(context),
      key_(std::move(key)),
      feeds_(context.pool,
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

StreamSubscription::~StreamSubscription() { *alive_ = false; }

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
  }
  recovery_deadline_ = {};
}

void StreamSubscription::OnDescription(const fanout::DescriptionPtr& description) {
  description_ = description;
  for (auto& [session_id, member] : members_) BindAudio(session_id, member);
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
  rendition_.reset();
  for (auto& [session_id, member] : members_) {
    for (AudioTrack& track : member.audio) track.on_rendition = false;
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
  Member member{.worker = worker, .audio = {}};
  for (size_t i = 0; i < settings.tracks.size(); ++i) {
    const PlayerTrackSettings& track = settings.tracks[i];
    if (track.kind == media::MediaKind::kAudio) member.audio.push_back({i, track.formats});
  }
  const std::string session_id = settings.session_id;
  const WorkerFeed& feed = feeds_.Use(worker);
  const absl::Status added = context_.pool.worker(worker).AddPlayer(std::move(settings), feed);
  if (!added.ok()) {
    feeds_.Release(worker);
    return added;
  }
  Member& joined = members_[session_id] = std::move(member);
  BindAudio(session_id, joined);
  return absl::OkStatus();
}

void StreamSubscription::BindAudio(const std::string& session_id, Member& member) {
  if (over_) return;
  Worker& worker = context_.pool.worker(member.worker);
  for (AudioTrack& track : member.audio) {
    const bool wanted = NeedsRendition(*description_, track.formats);
    if (wanted == track.on_rendition) continue;
    track.on_rendition = wanted;
    if (wanted) {
      if (rendition_ == nullptr) {
        rendition_ = std::make_unique<AudioRendition>(context_, key_.name);
      }
      worker.BindTrack(session_id, track.index, rendition_->feeds().Use(member.worker));
    } else {
      worker.BindTrack(session_id, track.index, feeds_.Use(member.worker));
      feeds_.Release(member.worker);  // the player itself keeps it open
      ReleaseRendition(member.worker);
    }
  }
}

void StreamSubscription::ReleaseRendition(size_t worker) {
  if (rendition_ == nullptr) return;
  rendition_->feeds().Release(worker);
  if (!rendition_->feeds().in_use()) rendition_.reset();
}

void StreamSubscription::Leave(const std::string& session_id) {
  const auto found = members_.find(session_id);
  if (found == members_.end()) return;
  const Member member = std::move(found->second);
  members_.erase(found);
  for (const AudioTrack& track : member.audio) {
    if (track.on_rendition) ReleaseRendition(member.worker);
  }
  feeds_.Release(member.worker);
}

bool StreamSubscription::RequestKeyFrame(size_t worker, FeedId feed, uint32_t track_id) {
  if (!feeds_.Has(worker, feed)) return false;
  relay_->RequestKeyFrame(track_id);
  return true;
}

}  // namespace sluice::webrtc_media
