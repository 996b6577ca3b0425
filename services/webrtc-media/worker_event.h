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
struct PlayerBandwidth {
  std::string session_id;
  uint64_t stream_bps = 0;   // of the lowest quality
  uint64_t network_bps = 0;  // what the way to the player carries
};
struct PublisherStarted {
  std::string session_id;
};
struct PublisherSilent {
  std::string session_id;
  bool silent = true;
};
struct PublisherEnded {
  std::string session_id;
  EndReason reason = EndReason::kClosed;
  std::string detail;
};
// The queue of published media wants to be emptied.
struct MediaPublished {};
using WorkerEvent = std::variant<PlayerPlaying, PlayerEnded, PlayerBandwidth, KeyFrameWanted,
                                 PublisherStarted, PublisherSilent, PublisherEnded, MediaPublished>;

}  // namespace sluice::webrtc_media
