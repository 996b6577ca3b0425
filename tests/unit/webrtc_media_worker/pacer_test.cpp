#include "services/webrtc-media/pacer.h"

#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};
constexpr size_t kPacket = 1200;

// Packets that may leave now.
size_t Run(Pacer& pacer, Instant now, uint64_t stream_rate) {
  pacer.Advance(now, stream_rate);
  size_t packets = 0;
  for (; pacer.MaySend(); ++packets) pacer.OnSent(kPacket);
  return packets;
}

size_t RunForASecond(Pacer& pacer, uint64_t stream_rate) {
  size_t packets = 0;
  for (Duration at{0}; at < 1s; at += Pacer::kInterval) {
    packets += Run(pacer, kStart + at, stream_rate);
  }
  return packets;
}

}  // namespace

TEST_CASE("A run of 16 packets leaves at once") {
  Pacer pacer;
  CHECK(Run(pacer, kStart, 1'000'000) == 16);
  CHECK(Run(pacer, kStart, 1'000'000) == 0);
}

TEST_CASE("A backlog leaves at 20 Mbit/s, or 4 times the stream's rate if that is more") {
  Pacer slow;
  CHECK(RunForASecond(slow, 1'000'000) * kPacket * 8 == Approx(20e6).epsilon(0.02));
  Pacer fast;
  CHECK(RunForASecond(fast, 10'000'000) * kPacket * 8 == Approx(40e6).epsilon(0.02));
}

TEST_CASE("A pause saves up one run, no more") {
  Pacer pacer;
  Run(pacer, kStart, 1'000'000);
  CHECK(Run(pacer, kStart + 3600s, 1'000'000) == 16);
}

}  // namespace sluice::webrtc_media
