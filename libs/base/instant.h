// Monotonic time, handed to protocol code as an argument; wall-clock time only as NTP for RTCP.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

using Duration = std::chrono::microseconds;
// CLOCK_MONOTONIC: comparable between processes of one host, never between hosts.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

inline double ToSeconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
inline int64_t ToMilliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// 64-bit NTP time (RFC 3550 §4): seconds since 1900 in the upper half, 2^-32 s in the lower.
struct NtpTime {
  uint64_t value = 0;

  // `duration` later, or earlier if negative.
  NtpTime Plus(Duration duration) const;
  // How much later than `other` this is.
  Duration Since(NtpTime other) const;
  // The middle 32 bits, as receiver reports echo them.
  uint32_t Middle() const { return static_cast<uint32_t>(value >> 16); }

  friend bool operator==(NtpTime, NtpTime) = default;
};

// The two clocks. Only loops, daemons and tests read them; everything else gets the value.
Instant MonotonicNow();
NtpTime WallClockNow();

}  // namespace sluice
