// This daemon's one feed of a stream, with the players that live from it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/sdp/player_answer.h"
#include "services/webrtc-media/rendition.h"
#include "services/webrtc-media/stream_feeds.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::webrtc_media {

// Relays the stream while it lives; a relay that breaks is replaced for up to kRecoveryTime, so
// that players outlive their ingest. Each player's tracks are taken from the stream or, if the
// player has not agreed on their codec or browsers cannot decode them, from a rendition
// (sdp::PlayedCodec): sound at once, the picture as soon as the rendition has one and for as long
// as it lasts. Meanwhile players get what can be shown of the original (see BrowserFilter). Home
// loop only.
class StreamSubscription {
 public:
  // A stream that is not ready yet is waited for no longer.
  static constexpr Duration kReadyTime = 1s;
  static constexpr Duration kRecoveryTime = 10s;
  static constexpr Duration kRecoveryInterval = 500ms;

  // A joiner of a picture whose last key frame is older asks for one.
  static constexpr Duration kOldKeyFrame = 2s;

  using OnReady = std::function<void(const absl::Status&)>;
  // Neither may delete this.
  struct Listener {
    // From the publisher, to all players.
    std::function<void(const fanout::StreamEvent&)> on_event;
    // Played() may be another one, for some of the players.
    std::function<void()> on_played;
  };

  StreamSubscription(SubscriptionContext& context, media::StreamKey key, Listener listener);
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

  // Which layers the players of a worker want of the original, which `feed` brings; all, until it
  // says something. False: the feed is not this subscription's.
  bool SetWanted(size_t worker, FeedId feed, fanout::WantedLayers wanted);
  // What a player gets. Only after Join().
  v1::PlayedStream Played(const std::string& session_id) const;

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
    std::vector<sdp::AnsweredFormat> formats;
    std::string wanted;  // profile of the rendition that it needs; empty = the original
    std::string bound;   // that it takes from; empty = the original
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
  std::string ProfileFor(const MemberTrack& track) const;
  void FollowStream();
  void FollowRenditions();
  void OpenRendition(const std::string& profile, media::MediaKind kind);
  bool CanShow(const MemberTrack& track) const;
  void BindTracks(const std::string& session_id, Member& member);
  void BindPictures(const std::string& profile);
  void TakeFrom(const std::string& profile, const std::string& session_id, size_t worker,
                MemberTrack& track);
  void AskForKeyFrame();
  const media::Track* SourceOf(media::MediaKind kind) const;
  std::string PictureRemark(const MemberTrack& track) const;

  SubscriptionContext& context_;
  media::StreamKey key_;
  StreamFeeds feeds_;
  std::unique_ptr<relay::StreamRelay> relay_;
  Listener listener_;
  std::map<std::string, std::unique_ptr<Rendition>> renditions_;  // by profile, those needed
  std::map<size_t, fanout::WantedLayers> wanted_;                 // by worker
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
