#include "services/webrtc-media/player_layers.h"

#include <algorithm>
#include <utility>

namespace sluice::webrtc_media {
namespace {

constexpr double kOverhead = 1.06;     // of RTP, SRTP and repetitions over the payload
constexpr double kSoundRate = 60'000;  // bit/s, Opus as sent

}  // namespace

void PlayerLayers::SetLayers(std::vector<StreamTrackPtr> layers) {
  if (layers == layers_) return;
  layers_ = std::move(layers);
  selector_.Reset();
}

bool PlayerLayers::Has(const StreamTrackPtr& track) const {
  return std::find(layers_.begin(), layers_.end(), track) != layers_.end();
}

bool PlayerLayers::Matters(const congestion::BandwidthEstimator* bandwidth, Instant now) const {
  if (layers_.size() > 1 || limits_ != LayerLimits()) return !layers_.empty();
  return bandwidth != nullptr && bandwidth->limited(now) && !layers_.empty();
}

bool PlayerLayers::IsThere(const StreamTrack& track, Instant now) const {
  return track.last_arrival != Instant{} && now - track.last_arrival < kGone;
}

std::vector<PlayerLayers::Quality> PlayerLayers::Qualities(Instant now) const {
  std::vector<Quality> all;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const StreamTrack& track = **layer;
    if (!IsThere(track, now)) continue;
    const auto rate = static_cast<double>(track.bits_per_second) * kOverhead;
    const size_t count = track.temporal_layers();
    for (size_t temporal = all.empty() ? 1 : count; temporal <= count; ++temporal) {
      all.push_back({.track = &*layer,
                     .temporal_layers = temporal,
                     .rate = rate * track.TemporalShare(temporal - 1) + kSoundRate});
    }
  }
  // A larger picture may need less for a while (a still one); then it is the better one.
  for (size_t i = all.size(); i-- > 1;) all[i - 1].rate = std::min(all[i - 1].rate, all[i].rate);
  return all;
}

bool PlayerLayers::WithinLimits(const Quality& quality) const {
  const media::Track& track = (*quality.track)->track;
  const auto within = [](auto value, auto limit) { return limit == 0 || value <= limit; };
  return within(track.width, limits_.max_width) && within(track.height, limits_.max_height) &&
         within(static_cast<uint64_t>(quality.rate), limits_.max_bitrate_bps) &&
         within(quality.temporal_layers, size_t{limits_.max_temporal_layers}) &&
         (limits_.rid.empty() || track.rid == limits_.rid);
}

PlayerLayers::Choice PlayerLayers::Choose(const congestion::BandwidthEstimator* bandwidth,
                                          Instant now) {
  wanted_rate_ = 0;
  lowest_rate_ = 0;
  if (layers_.empty()) return {};
  std::vector<Quality> qualities = Qualities(now);
  if (qualities.empty()) return {.track = layers_.front()};
  const Quality lowest = qualities.front();
  std::erase_if(qualities, [&](const Quality& quality) { return !WithinLimits(quality); });
  if (qualities.empty()) qualities.push_back(lowest);
  lowest_rate_ = qualities.front().rate;

  size_t index = qualities.size() - 1;
  if (bandwidth != nullptr) {
    std::vector<double> rates;
    for (const Quality& quality : qualities) rates.push_back(quality.rate);
    const auto chosen = selector_.Choose(rates, bandwidth->rate(), bandwidth->limited(now), now);
    const bool best = chosen && *chosen + 1 == rates.size();
    wanted_rate_ =
        best && !bandwidth->limited(now) ? 0 : congestion::LayerSelector::WantedRate(rates, chosen);
    if (!chosen) return {*qualities.front().track, qualities.front().temporal_layers, true};
    index = *chosen;
  }
  const Quality& quality = qualities[index];
  const bool whole = quality.temporal_layers == (*quality.track)->temporal_layers() &&
                     limits_.max_temporal_layers == 0;
  return {*quality.track, whole ? StreamTrack::kTemporalLayers : quality.temporal_layers, false};
}

}  // namespace sluice::webrtc_media
