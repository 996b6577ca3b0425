#include "tools/sluice-load/track_meter.h"

#include <catch2/catch.hpp>

using namespace sluice;
using load::TrackMeter;

namespace {

TrackMeter MeterOf(std::initializer_list<int> numbers) {
  TrackMeter meter;
  for (int number : numbers) meter.OnPacket(static_cast<uint16_t>(number), Instant(1s));
  return meter;
}

}  // namespace

TEST_CASE("A hole in the sequence numbers is a loss") {
  TrackMeter meter = MeterOf({10, 11, 14});
  CHECK(meter.received() == 3);
  CHECK(meter.lost() == 2);
}

TEST_CASE("Numbers that wrap are no loss") {
  TrackMeter meter = MeterOf({65534, 65535, 0, 1});
  CHECK(meter.received() == 4);
  CHECK(meter.lost() == 0);
}

TEST_CASE("A packet that comes late fills its hole, once") {
  TrackMeter meter = MeterOf({10, 12, 11, 11});
  CHECK(meter.lost() == 0);
  CHECK(meter.duplicates() == 1);
}

TEST_CASE("A packet from before the first one counts as received") {
  TrackMeter meter = MeterOf({10, 9, 11});
  CHECK(meter.received() == 3);
  CHECK(meter.lost() == 0);
}

TEST_CASE("A repeated packet is not received twice, across a jump beyond the window too") {
  TrackMeter meter = MeterOf({10, 10, 2000, 2000, 10});
  CHECK(meter.received() == 2);
  CHECK(meter.duplicates() == 3);
  CHECK(meter.lost() == 1989);
}

TEST_CASE("A track that has stopped is in its pause") {
  TrackMeter meter;
  CHECK(meter.LongestPause(Instant(9s)) == 0s);
  meter.OnPacket(1, Instant(1s));
  meter.OnPacket(2, Instant(4s));
  CHECK(meter.LongestPause(Instant(5s)) == 3s);
  CHECK(meter.LongestPause(Instant(9s)) == 5s);
}

TEST_CASE("Repairs fill holes, once") {
  load::TrackMeter meter;
  for (uint16_t number : {1, 4}) meter.OnPacket(number, Instant{});
  meter.OnRepair(2);
  meter.OnRepair(2);
  meter.OnRepair(4);
  CHECK(meter.repaired() == 1);
  CHECK(meter.lost() == 1);
}
