#include "services/webrtc-media/worker_stream.h"

#include <catch2/catch.hpp>

#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};
const PlayerFormat kH264[] = {{.codec = media::Codec::kH264, .payload_type = 102}};
const PlayerFormat kOpus[] = {{.codec = media::Codec::kOpus, .payload_type = 111}};

}  // namespace

TEST_CASE("A track is found by kind and a codec that the player takes") {
  WorkerStream stream(1);
  CHECK(stream.FindTrack(media::MediaKind::kVideo, kH264) == nullptr);
  stream.OnDescription(TestDescription(media::Codec::kAac));
  REQUIRE(stream.FindTrack(media::MediaKind::kVideo, kH264) != nullptr);
  CHECK(stream.FindTrack(media::MediaKind::kAudio, kOpus) == nullptr);
  stream.OnDescription(TestDescription(media::Codec::kOpus));
  CHECK(stream.FindTrack(media::MediaKind::kAudio, kOpus) != nullptr);
}

TEST_CASE("A track that stays the same keeps its packets over a new description") {
  WorkerStream stream(1);
  TestStream source(kStart);
  stream.OnDescription(TestDescription());
  for (const auto& packet : source.Frame(true, 3)) CHECK(stream.OnPacket(packet, kStart));
  auto description = TestDescription();
  description.epoch = 2;
  description.tracks[0].width = 640;
  stream.OnDescription(description);
  CHECK(stream.FindTrack(media::MediaKind::kVideo, kH264)->ring.end() == 3);
  description.tracks[0].ssrc = 99;
  stream.OnDescription(description);
  CHECK(stream.FindTrack(media::MediaKind::kVideo, kH264)->ring.end() == 0);
}

TEST_CASE("Packets of unknown tracks, or too long for a datagram, are dropped") {
  WorkerStream stream(1);
  TestStream source(kStart);
  CHECK_FALSE(stream.OnPacket(source.Frame(true, 1)[0], kStart));
  stream.OnDescription(TestDescription());
  CHECK_FALSE(stream.OnPacket(source.Frame(true, 1, rtp::kMaxFanoutPayload + 1)[0], kStart));
  CHECK(stream.OnPacket(source.Frame(true, 1, rtp::kMaxFanoutPayload)[0], kStart));
}

TEST_CASE("The stream's time goes on from its last clock report") {
  WorkerStream stream(1);
  stream.OnDescription(TestDescription());
  const auto video = stream.FindTrack(media::MediaKind::kVideo, kH264);
  CHECK_FALSE(video->NtpAt(kStart).has_value());
  const NtpTime ntp{uint64_t{3'900'000'000} << 32};
  stream.OnClock({.track_id = kVideoTrack, .ssrc = 11, .ntp = ntp, .rtp_timestamp = 5000}, kStart);
  const auto later = video->NtpAt(kStart + 2s);
  REQUIRE(later.has_value());
  CHECK(*later == ntp.Plus(2s));
  CHECK(video->TimestampAt(*later) == 5000 + 180000);
}

}  // namespace sluice::webrtc_media
