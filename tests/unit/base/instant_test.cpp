#include "libs/base/instant.h"

#include <catch2/catch.hpp>

namespace sluice {
namespace {

TEST_CASE("RFC 3550 4: NTP time moves by durations, both ways and for days") {
  NtpTime start{uint64_t{3'900'000'000} << 32};
  CHECK(start.Plus(500ms).value - start.value == uint64_t{1} << 31);
  CHECK(start.Plus(-1s).value == start.value - (uint64_t{1} << 32));
  for (Duration step : {Duration(1), Duration(20ms), Duration(48 * 3600s), Duration(-3 * 3600s)}) {
    auto error = start.Plus(step).Since(start) - step;
    CHECK(error <= 1us);
    CHECK(error >= -1us);
  }
}

TEST_CASE("RFC 3550 6.4.1: the middle 32 bits are seconds and 1/65536 s") {
  CHECK(NtpTime{0x0102030405060708}.Middle() == 0x03040506);
}

}  // namespace
}  // namespace sluice
