// Where a player's media goes: its place in the worker's send buffer.
#pragma once

#include "libs/congestion/bandwidth_estimator.h"
#include "libs/srtp/packet_protector.h"
#include "services/webrtc-media/peer_path.h"
#include "services/webrtc-media/worker_counters.h"

namespace sluice::webrtc_media {

// What it takes to send to one player in this turn. Borrowed: made per call, kept by nobody.
struct MediaOutlet {
  PeerPath& path;
  srtp::ProtectorEngine& engine;
  srtp::PacketProtector& protector;
  WorkerCounters& counters;
  Instant now;
  // Numbers the packets of a player that tells when they arrive; nullptr: it does not.
  congestion::BandwidthEstimator* bandwidth = nullptr;
  size_t sound_distance = 0;  // packets that each packet of sound repeats
  uint64_t video_rate = 0;    // bit/s that the way to the player carries; 0 = no limit is known

  // A place for one datagram. Empty = there is no room now: keep the position and come back.
  std::span<uint8_t> Place(size_t size, bool droppable) {
    return path.Place(size, droppable, now, engine);
  }
};

}  // namespace sluice::webrtc_media
