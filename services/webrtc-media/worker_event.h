// What a worker tells the home loop.
#pragma once

#include <string>
#include <variant>

#include "services/webrtc-media/player_settings.h"
#include "services/webrtc-media/worker_queue.h"

namespace sluice::webrtc_media {

struct PlayerPlaying {
  std::string session_id;
  Duration time_to_first_media{};
};
struct PlayerEnded {
  std::string session_id;
  EndReason reason = EndReason::kClosed;
  std::string detail;
};
struct KeyFrameWanted {
  FeedId feed = 0;
  uint32_t track_id = 0;
};
using WorkerEvent = std::variant<PlayerPlaying, PlayerEnded, KeyFrameWanted>;

}  // namespace sluice::webrtc_media
