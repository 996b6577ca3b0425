#include "services/webrtc-media/player_layers.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart(1000s);

// Three layers of one video: 2.5 Mbit/s, 500 and 150 kbit/s; the smallest has `temporal` layers.
struct Simulcast {
  explicit Simulcast(size_t temporal = 1) {
    int index = 0;
    for (const auto& [rate, width] :
         {std::pair{2'500'000, 1280u}, {500'000, 640u}, {150'000, 320u}}) {
      media::Track track{.id = static_cast<uint32_t>(++index),
                         .codec = media::Codec::kVp8,
                         .width = width,
                         .height = width * 9 / 16};
      track.mid = "1";
      track.rid = std::string(1, "hml"[index - 1]);
      auto layer = std::make_shared<StreamTrack>(track);
      layer->bits_per_second = static_cast<uint64_t>(rate);
      for (size_t i = 0; i < temporal; ++i) layer->temporal_bytes[i] = 1000;
      layers.push_back(layer);
    }
    chosen.SetLayers(layers);
    Arrive(kStart);
  }
  void Arrive(Instant now) {
    for (auto& layer : layers) layer->last_arrival = now;
  }
  PlayerLayers::Choice Choose(Instant now = kStart) { return chosen.Choose(nullptr, now); }

  std::vector<StreamTrackPtr> layers;
  PlayerLayers chosen;
};

}  // namespace

TEST_CASE("A player that tells nothing gets the best layer") {
  Simulcast video(3);
  const auto choice = video.Choose();
  CHECK(choice.track == video.layers[0]);
  CHECK(choice.temporal_layers == StreamTrack::kTemporalLayers);
  CHECK_FALSE(choice.key_frames_only);
  CHECK(video.chosen.wanted_rate() == 0);
}

TEST_CASE("Limits by size, bitrate, rid and temporal layers") {
  Simulcast video(3);
  video.chosen.SetLimits({.max_width = 640});
  CHECK(video.Choose().track == video.layers[1]);
  video.chosen.SetLimits({.max_height = 200});
  CHECK(video.Choose().track == video.layers[2]);
  video.chosen.SetLimits({.max_bitrate_bps = 1'000'000});
  CHECK(video.Choose().track == video.layers[1]);
  video.chosen.SetLimits({.rid = "l"});
  CHECK(video.Choose().track == video.layers[2]);
  video.chosen.SetLimits({.max_temporal_layers = 2});
  CHECK(video.Choose().track == video.layers[2]);
  CHECK(video.Choose().temporal_layers == 2);
}

TEST_CASE("Limits that nothing fulfils get the lowest quality") {
  Simulcast video;
  video.chosen.SetLimits({.max_width = 100});
  CHECK(video.Choose().track == video.layers[2]);
  video.chosen.SetLimits({.rid = "unknown"});
  CHECK(video.Choose().track == video.layers[2]);
}

TEST_CASE("A layer that the publisher has stopped sending is not chosen") {
  Simulcast video;
  const Instant later = kStart + 2s;
  video.Arrive(later);
  video.layers[0]->last_arrival = kStart;
  CHECK(video.Choose(later).track == video.layers[1]);
}

TEST_CASE(
    "By the receiver's estimate: the layer that fits, then temporal layers, then key frames") {
  Simulcast video(3);
  congestion::BandwidthEstimator bandwidth;
  const auto choose = [&](uint64_t estimate, Instant now) {
    bandwidth.OnReceiverEstimate(estimate, now);
    video.Arrive(now);
    return video.chosen.Choose(&bandwidth, now);
  };
  Instant now = kStart;
  const auto settle = [&](uint64_t estimate) {
    PlayerLayers::Choice choice;
    for (int i = 0; i < 50; ++i, now += 100ms) choice = choose(estimate, now);
    return choice;
  };
  CHECK(settle(5'000'000).track == video.layers[0]);
  CHECK(settle(900'000).track == video.layers[1]);
  CHECK(video.chosen.wanted_rate() > 2'500'000);
  CHECK(settle(250'000).track == video.layers[2]);
  const auto thin = settle(160'000);
  CHECK(thin.track == video.layers[2]);
  CHECK(thin.temporal_layers == 1);
  CHECK_FALSE(thin.key_frames_only);
  CHECK(settle(50'000).key_frames_only);
  CHECK(video.chosen.lowest_rate() > 100'000);
  CHECK(settle(5'000'000).track == video.layers[0]);
}

TEST_CASE("One layer and no known limit is no choice") {
  Simulcast video;
  video.chosen.SetLayers({video.layers[0]});
  congestion::BandwidthEstimator bandwidth;
  CHECK_FALSE(video.chosen.Matters(&bandwidth, kStart));
  bandwidth.OnReceiverEstimate(100'000, kStart);
  CHECK(video.chosen.Matters(&bandwidth, kStart));
  CHECK_FALSE(PlayerLayers().Matters(nullptr, kStart));
}

}  // namespace sluice::webrtc_media
