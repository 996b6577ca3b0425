// Which layers of a simulcast stream those behind a subscriber want.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "libs/fanout/item.h"

namespace sluice::fanout {

// A track that is not listed is wanted.
struct WantedLayers {
  static constexpr size_t kMaxTracks = 64;  // as in a publication

  std::set<uint32_t> unwanted;  // track ids; at most kMaxTracks
  uint64_t bitrate_bps = 0;     // what all players together can take; 0 = no limit

  friend bool operator==(const WantedLayers&, const WantedLayers&) = default;
};

// What a source is to send for several subscribers: what one of them wants is wanted. Of none:
// everything.
WantedLayers Union(const std::vector<const WantedLayers*>& subscribers);

// Lets one subscriber's layers pass, each from a key frame on: a layer that is wanted again begins
// with one, and so does a track after Skip().
class LayerGate {
 public:
  // Returns the video tracks that are wanted from now on, and were not: ask for their key frames.
  std::vector<uint32_t> SetWanted(WantedLayers wanted);
  // A packet of this video track is being left out: the rest up to its next key frame is useless.
  void Skip(uint32_t track_id) { waiting_.insert(track_id); }
  // False: leave it out. Only for video packets, every one of them.
  bool Passes(const rtp::Packet& packet);
  // Tracks that have gone are forgotten.
  void OnDescription(const media::StreamDescription& description);

  const WantedLayers& wanted() const { return wanted_; }

 private:
  WantedLayers wanted_;
  std::set<uint32_t> waiting_;  // for a key frame; at most the tracks of the stream
};

}  // namespace sluice::fanout
