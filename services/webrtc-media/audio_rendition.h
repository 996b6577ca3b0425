// The Opus rendition of a stream whose audio browsers do not take.
#pragma once

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
};

// While it lives it keeps the rendition running: asks a transcoder for it, subscribes, and begins
// again with back-off when either fails or ends. Nobody waits for it: the feeds are silent
// meanwhile. Home loop only.
class AudioRendition {
 public:
  static constexpr Duration kFirstBackOff = 250ms;  // doubles up to
  static constexpr Duration kMaxBackOff = 4s;

  AudioRendition(SubscriptionContext& context, std::string stream_name);
  ~AudioRendition();

  StreamFeeds& feeds() { return feeds_; }
  // Times it has failed or ended so far.
  uint64_t failures() const { return failures_; }

 private:
  void Ask();
  void Open(const std::string& owner_address);
  void OnOpen(const absl::Status& status);
  void TryAgain(const absl::Status& cause);

  SubscriptionContext& context_;
  media::StreamKey key_;
  StreamFeeds feeds_;
  std::unique_ptr<relay::StreamRelay> relay_;  // nullptr: not asked for at the moment
  loop::Timer retry_timer_;
  Duration back_off_ = kFirstBackOff;
  absl::Status last_cause_;  // logged; the same one is not logged again
  uint64_t failures_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::webrtc_media
