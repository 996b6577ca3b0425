// A rendition of a stream, for players whose browsers cannot take the stream's own track.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libs/log/logger.h"
#include "libs/loop/timer.h"
#include "libs/relay/stream_relay.h"
#include "services/webrtc-media/stream_feeds.h"

namespace sluice::webrtc_media {

// What subscriptions and renditions share. All of it outlives them.
struct SubscriptionContext {
  relay::RelayContext& relays;
  WorkerPool& pool;
  log::Logger& log;
  // Sums over all subscriptions that there were.
  struct Counters {
    BrowserFilter::Counters filter;
    uint64_t rendition_failures = 0;  // it could not be had, or has ended
    uint64_t to_video_rendition = 0;  // players whose picture went over to it
    uint64_t to_video_original = 0;   // and back
  };
  Counters counters = {};
};

// While it lives it keeps the rendition running: asks a transcoder for it, subscribes, and begins
// again with back-off when either fails or ends (without, while no transcoder is there). Nobody
// waits for it: the feeds are silent meanwhile. Home loop only.
class Rendition {
 public:
  static constexpr Duration kFirstBackOff = 250ms;  // doubles up to
  static constexpr Duration kMaxBackOff = 4s;

  // Both may be unset, and may use feeds(), but not delete this.
  struct Listener {
    std::function<void()> on_key_frame;  // video: players can be moved to it now
    std::function<void()> on_lost;       // after on_key_frame: they have to go elsewhere
  };

  // profile: canonical, "opus", "h264" or "vp8".
  Rendition(SubscriptionContext& context, std::string stream_name, std::string profile,
            Listener listener = {});
  ~Rendition();

  StreamFeeds& feeds() { return feeds_; }
  // It has a key frame, and has not ended.
  bool has_picture() const { return has_picture_; }
  void RequestKeyFrame(uint32_t track_id);
  // nullptr: not known, or it has none.
  const media::Track* FindVideo() const;
  // The stream is back: what stood in the way of its rendition probably does not any more.
  void AskAtOnce();
  // Times it has failed or ended so far.
  uint64_t failures() const { return failures_; }
  // Why it failed or ended last; Ok since it was opened again.
  const absl::Status& cause() const { return last_cause_; }

 private:
  void Ask();
  void Open(const std::string& owner_address);
  void OnOpen(const absl::Status& status);
  void OnKeyFrame();
  void TryAgain(const absl::Status& cause);

  SubscriptionContext& context_;
  media::StreamKey key_;
  Listener listener_;
  StreamFeeds feeds_;
  std::unique_ptr<relay::StreamRelay> relay_;  // nullptr: not asked for at the moment
  loop::Timer retry_timer_;
  Duration back_off_ = kFirstBackOff;
  absl::Status last_cause_;  // logged; the same one is not logged again
  uint64_t failures_ = 0;
  bool has_picture_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::webrtc_media
