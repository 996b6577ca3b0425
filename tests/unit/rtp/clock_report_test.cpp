#include <catch2/catch.hpp>

#include "libs/rtp/sender_report.h"

namespace sluice::rtp {
namespace {

TEST_CASE("a clock report gives the moment of a timestamp and the timestamp of a moment") {
  ClockReport report = {
      .ntp = NtpTime{uint64_t{1000} << 32}, .rtp_timestamp = 0xfffffff0, .clock_rate = 48000};
  // Half a second later, across the wrap of the timestamp.
  CHECK(report.TimeOf(0xfffffff0 + 24000).Since(report.ntp) == 500ms);
  CHECK(report.TimestampAt(report.ntp.Plus(500ms)) == static_cast<uint32_t>(0xfffffff0 + 24000));
  CHECK(report.TimeOf(0xfffffff0 - 48000).Since(report.ntp) == -1s);
  CHECK(report.TimestampAt(report.ntp.Plus(-1s)) == static_cast<uint32_t>(0xfffffff0 - 48000));
}

}  // namespace
}  // namespace sluice::rtp
