// This daemon's one feed of a stream, with the players that live from it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/webrtc-media/rendition.h"
#include "services/webrtc-media/stream_feeds.h"

namespace sluice::webrtc_media {

// Relays the stream while it lives; a relay that breaks is replaced for up to kRecoveryTime, so
// that players outlive their ingest. Each player's tracks are taken from the stream or, if browsers
// cannot decode them, from a rendition: sound at once, the picture as soon as the rendition has one
// and for as long as it lasts. Meanwhile players get what can be shown of the original (see
// BrowserFilter). Home loop only.
class StreamSubscription {
 public:
  // A stream that is not ready yet is waited for no longer.
  static constexpr Duration kReadyTime = 1s;
  static constexpr Duration kRecoveryTime = 10s;
  static constexpr Duration kRecoveryInterval = 500ms;

  using OnReady = std::function<void(const absl::Status&)>;

  StreamSubscription(SubscriptionContext& context, media::StreamKey key);
  ~StreamSubscription();

  // Calls back, never in here, when the stream's tracks are known: description() is there. Or:
  // NotFound, no such stream; Unavailable, its daemon does not answer.
  void WhenReady(OnReady on_ready);
  const media::StreamDescription& description() const { return *description_; }

  // Adds a player on a worker, after WhenReady has said Ok. Errors as Worker::AddPlayer().
  absl::Status Join(size_t worker, PlayerSettings settings);
  // After the worker has said that the player has ended.
  void Leave(const std::string& session_id);

  // True if the feed was this subscription's: its source has been asked.
  bool RequestKeyFrame(size_t worker, FeedId feed, uint32_t track_id);

  // Nobody plays or waits: it may go.
  bool idle() const { return members_.empty() && waiting_.empty(); }
  // No player can join any more.
  bool over() const { return over_; }
  const media::StreamKey& key() const { return key_; }
  // What this player gets that is not the stream as it was published, and why, for people; empty:
  // nothing. Only after Join().
  std::string Remark(const std::string& session_id) const;

 private:
  struct MemberTrack {
    size_t index = 0;  // in PlayerSettings::tracks
    media::MediaKind kind = media::MediaKind::kVideo;
    std::vector<PlayerFormat> formats;
    bool on_rendition = false;
  };
  struct Member {
    size_t worker = 0;
    std::vector<MemberTrack> tracks;
  };

  void OpenRelay();
  void OnOpen(const absl::Status& status);
  void OnDescription(const fanout::DescriptionPtr& description);
  void OnEnd(const fanout::StreamEnd& end);
  void Recover(const absl::Status& cause);
  void EndForGood(const fanout::StreamEnd& end);
  void AnswerWaiting(const absl::Status& status);
  void FollowObstacle();
  bool WantsPicture() const;
  bool BelongsOnRendition(const MemberTrack& track) const;
  void BindTracks(const std::string& session_id, Member& member);
  void BindPictures();
  void TakeFromRendition(const std::string& session_id, size_t worker, MemberTrack& track);
  void TakeFromOriginal(const std::string& session_id, size_t worker, MemberTrack& track);
  Rendition& UseRendition(media::MediaKind kind);
  void ReleaseRendition(media::MediaKind kind, size_t worker);
  std::string PictureRemark(bool on_rendition) const;

  SubscriptionContext& context_;
  media::StreamKey key_;
  StreamFeeds feeds_;
  std::unique_ptr<relay::StreamRelay> relay_;
  std::unique_ptr<Rendition> sound_;    // opus; nullptr: no player needs it
  std::unique_ptr<Rendition> picture_;  // h264; nullptr: no player needs it
  media::BrowserObstacle obstacle_ = media::BrowserObstacle::kNone;  // of the stream's video
  fanout::DescriptionPtr description_;
  std::vector<OnReady> waiting_;           // bounded by the daemon's max_players
  std::map<std::string, Member> members_;  // by session id
  loop::Timer ready_timer_;
  loop::Timer recovery_timer_;
  Instant recovery_deadline_{};  // zero: the relay is well
  bool waited_ = false;          // for kReadyTime
  bool over_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::webrtc_media
