#include "libs/base/instant.h"

namespace sluice {
namespace {

constexpr uint64_t kNtpUnixOffsetSeconds = 2'208'988'800;  // RFC 868: 1900 to 1970

}  // namespace

NtpTime NtpTime::Plus(Duration duration) const {
  // 2^32 / 10^6 in 128 bits: a 64-bit product would overflow after 36 minutes.
  auto ticks = static_cast<int64_t>((static_cast<__int128>(duration.count()) << 32) / 1'000'000);
  return {value + static_cast<uint64_t>(ticks)};
}

Duration NtpTime::Since(NtpTime other) const {
  auto ticks = static_cast<int64_t>(value - other.value);
  return Duration(static_cast<int64_t>((static_cast<__int128>(ticks) * 1'000'000) >> 32));
}

Instant MonotonicNow() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

NtpTime WallClockNow() {
  auto unix_time = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  return NtpTime{kNtpUnixOffsetSeconds << 32}.Plus(unix_time.time_since_epoch());
}

}  // namespace sluice
