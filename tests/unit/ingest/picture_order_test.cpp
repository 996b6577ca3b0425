#include "services/ingest/picture_order.h"

#include <catch2/catch.hpp>

namespace sluice::ingest {
namespace {

media::H264Sps High(int max_num_reorder_frames = -1) {
  media::H264Sps sps;
  sps.profile_idc = 100;
  sps.max_num_reorder_frames = max_num_reorder_frames;
  return sps;
}

constexpr media::H264PictureKind kIdr{.has_slice = true, .idr = true, .referenced = true};
constexpr media::H264PictureKind kP{.has_slice = true, .referenced = true};
constexpr media::H264PictureKind kB{.has_slice = true, .has_b_slice = true};
constexpr media::H264PictureKind kRecovery{.has_slice = true, .recovery_point = true};

TEST_CASE("a parameter set that states the reordering is believed") {
  PictureOrder order;
  order.OnSps(High(2));
  CHECK(order.has_b_frames());
  order.OnSps(High(0));
  order.OnPicture(kB, 0);
  CHECK_FALSE(order.has_b_frames());
}

TEST_CASE("Baseline and picture order count type 2 have no B-frames") {
  media::H264Sps sps = High();
  SECTION("Baseline") { sps.profile_idc = 66; }
  SECTION("type 2") { sps.pic_order_cnt_type = 2; }
  PictureOrder order;
  order.OnSps(sps);
  order.OnPicture(kP, 0);
  order.OnPicture(kP, 80);
  CHECK_FALSE(order.has_b_frames());
}

TEST_CASE("where nothing is stated, a B slice says it") {
  PictureOrder order;
  order.OnSps(High());
  order.OnPicture(kIdr, 0);
  order.OnPicture(kP, 0);
  CHECK_FALSE(order.has_b_frames());
  order.OnPicture(kB, 0);
  CHECK(order.has_b_frames());
  order.OnPicture(kP, 0);
  CHECK(order.has_b_frames());
}

TEST_CASE("where nothing is stated, a presentation time that moves says it, but not its rounding") {
  PictureOrder order;
  order.OnSps(High());
  for (int32_t composition_time_ms : {67, 66, 67, 68}) order.OnPicture(kP, composition_time_ms);
  CHECK_FALSE(order.has_b_frames());
  order.OnPicture(kP, 133);
  CHECK(order.has_b_frames());
}

TEST_CASE("recovery points are noticed, until the next parameter set") {
  PictureOrder order;
  order.OnSps(High(2));
  order.OnPicture(kIdr, 0);
  CHECK_FALSE(order.has_recovery_points());
  order.OnPicture(kRecovery, 0);
  order.OnPicture(kP, 0);
  CHECK(order.has_recovery_points());
  order.OnSps(High(2));
  CHECK_FALSE(order.has_recovery_points());
}

}  // namespace
}  // namespace sluice::ingest
