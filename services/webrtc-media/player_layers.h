// What one player is sent of a video that comes in several qualities.
#pragma once

#include <vector>

#include "libs/congestion/bandwidth_estimator.h"
#include "libs/congestion/layer_selector.h"
#include "services/webrtc-media/player_settings.h"
#include "services/webrtc-media/worker_stream.h"

namespace sluice::webrtc_media {

// Chooses by the limits that were asked for, by what the publisher sends at all, and by what the
// way to the player carries. The qualities, rising: the temporal layers of the smallest picture,
// then the larger pictures whole. One thread.
class PlayerLayers {
 public:
  // A layer that nothing has come of for so long is not there.
  static constexpr Duration kGone = 1s;

  struct Choice {
    StreamTrackPtr track;  // nullptr: there is none
    size_t temporal_layers = StreamTrack::kTemporalLayers;
    bool key_frames_only = false;  // not even the lowest quality fits
  };

  // layers: as WorkerStream::LayersOf() has them.
  void SetLayers(std::vector<StreamTrackPtr> layers);
  void SetLimits(LayerLimits limits) { limits_ = std::move(limits); }
  bool Has(const StreamTrackPtr& track) const;
  // True if there is anything to choose from, or `bandwidth` knows a limit.
  bool Matters(const congestion::BandwidthEstimator* bandwidth, Instant now) const;

  // bandwidth: nullptr if the player tells nothing.
  Choice Choose(const congestion::BandwidthEstimator* bandwidth, Instant now);
  // What was chosen does not get through: the next Choose() gives less, if there is less.
  void StepDown(Instant now) { selector_.StepDown(now); }
  // bit/s at which the last Choose() would have gone higher, 0 = it would not. Worth a probe.
  double wanted_rate() const { return wanted_rate_; }
  // bit/s of the lowest quality at the last Choose().
  double lowest_rate() const { return lowest_rate_; }

 private:
  struct Quality {
    const StreamTrackPtr* track = nullptr;
    size_t temporal_layers = 0;
    double rate = 0;  // bit/s as sent, sound included
  };
  std::vector<Quality> Qualities(Instant now) const;
  bool WithinLimits(const Quality& quality) const;
  bool IsThere(const StreamTrack& track, Instant now) const;

  std::vector<StreamTrackPtr> layers_;  // at most 64, the largest first
  LayerLimits limits_;
  congestion::LayerSelector selector_;
  double wanted_rate_ = 0;
  double lowest_rate_ = 0;
};

}  // namespace sluice::webrtc_media
