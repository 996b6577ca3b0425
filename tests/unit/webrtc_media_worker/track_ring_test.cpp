#include "services/webrtc-media/track_ring.h"

#include <catch2/catch.hpp>

#include "tests/unit/webrtc_media_worker/test_stream.h"

namespace sluice::webrtc_media {
namespace {

constexpr Instant kStart{100s};

size_t Push(TrackRing& ring, const std::vector<rtp::PacketPtr>& packets) {
  size_t accepted = 0;
  for (const auto& packet : packets) accepted += ring.Push(packet) ? 1 : 0;
  return accepted;
}

}  // namespace

TEST_CASE("Video is kept from a key frame on") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  CHECK(Push(ring, stream.Frame(false, 3)) == 0);
  CHECK_FALSE(ring.JoinPosition(60ms).has_value());
  CHECK(Push(ring, stream.Frame(true, 3)) == 3);
  CHECK(Push(ring, stream.Frame(false, 2)) == 2);
  CHECK(ring.key_frame() == 0);
  CHECK(ring.end() == 5);
}

TEST_CASE("A joiner begins at the newest key frame") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, 3));
  Push(ring, stream.Frame(false, 3));
  Push(ring, stream.Frame(true, 3));
  CHECK(ring.JoinPosition(60ms) == 6);
  CHECK(ring.at(6).role.starts_access_unit);
}

TEST_CASE("The last 512 packets stay for repetitions when their group is over") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, 600));
  CHECK(ring.begin() == 0);
  Push(ring, stream.Frame(true, 10));
  CHECK(ring.end() == 610);
  CHECK(ring.begin() == 610 - TrackRing::kRecent);
}

TEST_CASE("A group of more than 15 s is not given to joiners") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, 1));
  for (int i = 0; i < 15 * 30; ++i) Push(ring, stream.Frame(false, 1));
  CHECK(ring.key_frame().has_value());
  for (int i = 0; i < 2; ++i) Push(ring, stream.Frame(false, 1));
  CHECK_FALSE(ring.key_frame().has_value());
  CHECK(ring.end() - ring.begin() == 453);
  Push(ring, stream.Frame(true, 1));
  CHECK(ring.key_frame().has_value());
}

TEST_CASE("A group of more than 8 MB is dropped, and its memory with it") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, 8000));
  CHECK_FALSE(ring.key_frame().has_value());
  CHECK(ring.bytes() <= 8u << 20);
  CHECK(ring.end() - ring.begin() <= TrackRing::kRecent);
}

TEST_CASE(
    "After missing packets video goes on with the next key frame, without gaps in positions") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, 2));
  stream.Lose(1);
  CHECK(Push(ring, stream.Frame(false, 2)) == 0);
  CHECK_FALSE(ring.key_frame().has_value());
  CHECK(Push(ring, stream.Frame(true, 2)) == 2);
  CHECK(ring.key_frame() == 2);
  CHECK(ring.end() == 4);
}

TEST_CASE("A key frame right behind the missing packets is taken") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, 2));
  stream.Lose(700);
  CHECK(Push(ring, stream.Frame(true, 2)) == 2);
}

TEST_CASE("Packets that come a second time are dropped") {
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart, 65534);  // the sequence numbers wrap
  const auto group = stream.Frame(true, 4);
  CHECK(Push(ring, group) == 4);
  CHECK(Push(ring, group) == 0);
  CHECK(Push(ring, stream.Frame(false, 2)) == 2);
}

TEST_CASE("A joiner gets the last 60 ms of sound, and a second is kept") {
  TrackRing ring(media::MediaKind::kAudio);
  TestStream stream(kStart);
  for (int i = 0; i < 100; ++i) ring.Push(stream.Sound());
  CHECK(ring.end() - ring.begin() == 51);
  CHECK(ring.JoinPosition(60ms) == ring.end() - 3);
  CHECK_FALSE(TrackRing(media::MediaKind::kAudio).JoinPosition(60ms).has_value());
}

TEST_CASE("Packets that are a few bytes shorter than their neighbours are padded, once") {
  using Sizes = std::vector<size_t>;
  struct Example {
    Sizes payloads;
    Sizes sent;
  };
  const Example example = GENERATE(
      // libwebrtc: parts that differ by a byte, the longer ones last.
      Example{{1100, 1100, 1101, 1101}, {1101, 1101, 1101, 1101}},
      // The first carries more header extensions there; the last ends the message anyway.
      Example{{1060, 1101, 1101, 900}, {1101, 1101, 1101, 900}},
      Example{{1101, 1100, 1100, 1100}, {1101, 1101, 1101, 1100}},
      // A message of its own costs less than so much padding.
      Example{{40, 1101, 1036, 1101}, {40, 1101, 1036, 1101}}, Example{{1000}, {1000}});
  TrackRing ring(media::MediaKind::kVideo);
  TestStream stream(kStart);
  Push(ring, stream.Frame(true, example.payloads));
  ring.EvenOut();
  Push(ring, stream.Frame(false, {1110, 1111}));  // too late for those before
  Sizes sent;
  for (uint64_t i = 0; i < example.sent.size(); ++i)
    sent.push_back(ring.at(i).payload.size() + ring.padding(i));
  CHECK(sent == example.sent);
  ring.EvenOut();
  CHECK(ring.padding(example.sent.size() - 1) == 0);
  CHECK(ring.padding(example.sent.size()) == 1);
}

}  // namespace sluice::webrtc_media
