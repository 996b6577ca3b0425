#include "services/webrtc-media/layer_thinner.h"

#include <catch2/catch.hpp>
#include <string>

#include "services/webrtc-media/frame_timestamps.h"

namespace sluice::webrtc_media {
namespace {

rtp::PacketRole Picture(uint8_t layer, bool sync = false, bool key = false) {
  return {
      .starts_access_unit = true, .key_frame = key, .layer_sync = sync, .temporal_layer = layer};
}

// Which of so many groups of 0 2 1 2 pass: layer 1 may be entered where it follows `sync_group`.
std::string Pass(LayerThinner& thinner, int groups, int sync_group = -1) {
  std::string passed;
  for (int group = 0; group < groups; ++group) {
    for (const uint8_t layer : {0, 2, 1, 2}) {
      const bool sync = group == sync_group;
      if (thinner.Passes(Picture(layer, sync))) passed += static_cast<char>('0' + layer);
    }
  }
  return passed;
}

}  // namespace

TEST_CASE("Higher temporal layers are left out from the next picture on") {
  LayerThinner thinner;
  CHECK_FALSE(thinner.active());
  thinner.SetTemporalLayers(2);
  CHECK(thinner.active());
  CHECK(Pass(thinner, 2) == "0101");
  thinner.SetTemporalLayers(1);
  CHECK(Pass(thinner, 2) == "00");
}

TEST_CASE("All packets of a picture share its fate") {
  LayerThinner thinner;
  thinner.SetTemporalLayers(1);
  const rtp::PacketRole rest{.temporal_layer = 2};
  CHECK_FALSE(thinner.Passes(Picture(2)));
  CHECK_FALSE(thinner.Passes(rest));
  CHECK(thinner.Passes(Picture(0)));
  CHECK(thinner.Passes({}));
}

TEST_CASE("A layer is entered where its source allows it, one after the other") {
  LayerThinner thinner;
  thinner.SetTemporalLayers(1);
  CHECK(Pass(thinner, 1) == "0");
  thinner.SetTemporalLayers(LayerThinner::kAll);
  CHECK(Pass(thinner, 2) == "00");
  CHECK(Pass(thinner, 1, 0) == "012");
  CHECK(Pass(thinner, 1) == "0212");
}

TEST_CASE("A key frame lets all wanted layers pass") {
  LayerThinner thinner;
  thinner.SetTemporalLayers(1);
  Pass(thinner, 1);
  thinner.SetTemporalLayers(LayerThinner::kAll);
  CHECK(thinner.Passes(Picture(0, false, true)));
  CHECK_FALSE(thinner.active());
}

TEST_CASE("Key frames only, and afterwards nothing before the next key frame") {
  LayerThinner thinner;
  thinner.SetKeyFramesOnly(true);
  CHECK_FALSE(thinner.Passes(Picture(0)));
  CHECK(thinner.Passes(Picture(0, false, true)));
  CHECK_FALSE(thinner.Passes(Picture(0)));
  thinner.SetKeyFramesOnly(false);
  CHECK(thinner.waits_for_key_frame());
  CHECK_FALSE(thinner.Passes(Picture(0)));
  CHECK(thinner.Passes(Picture(0, false, true)));
  CHECK(thinner.Passes(Picture(0)));
  CHECK_FALSE(thinner.active());
}

TEST_CASE("Pictures of a new layer that are not newer than the last one get timestamps behind it") {
  FrameTimestamps timestamps;
  CHECK(timestamps.Map(9000, true) == 9000);
  timestamps.OnChange();
  CHECK(timestamps.Map(3000, true) == 9001);
  CHECK(timestamps.Map(3000, false) == 9001);
  CHECK(timestamps.Map(6000, true) == 9002);
  CHECK(timestamps.Map(9000, true) == 9003);
  CHECK(timestamps.mending());
  CHECK(timestamps.Map(12000, true) == 12000);
  CHECK_FALSE(timestamps.mending());
}

TEST_CASE("Timestamps may go back by themselves, and are mended across the wrap") {
  FrameTimestamps timestamps;
  CHECK(timestamps.Map(9000, true) == 9000);
  CHECK(timestamps.Map(3000, true) == 3000);  // a replay
  CHECK(timestamps.Map(0xffffffff, true) == 0xffffffff);
  timestamps.OnChange();
  CHECK(timestamps.Map(0xfffff000, true) == 0);
  CHECK(timestamps.Map(2000, true) == 2000);
}

}  // namespace sluice::webrtc_media
