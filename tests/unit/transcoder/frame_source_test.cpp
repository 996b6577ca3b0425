#include "services/transcoder/frame_source.h"

#include <catch2/catch.hpp>

#include "libs/rtp/payload/vp8/packetizer.h"
#include "tests/support/media_builders.h"

namespace sluice::transcoder {
namespace {

struct Given {
  Given() {
    media::Track track = sluice::test::VideoTrack();
    track.codec = media::Codec::kVp8;
    description = sluice::test::Describe({track});
    source = PictureSource::Make(
        description->tracks[0],
        {.on_picture = [this](CodedPicture picture) { times.push_back(picture.rtp_timestamp); },
         .on_key_frame_missing = [this] { ++missing; },
         .on_clock = [](const rtp::ClockReport&) {},
         .on_end = [](const fanout::StreamEnd&) {}});
  }
  // A frame of several packets; `lose` of them, from the front.
  void Push(uint32_t timestamp, bool key_frame, size_t lose = 0) {
    Bytes frame(300, 0x55);
    frame[0] = key_frame ? 0x10 : 0x11;
    const Bytes start = {0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00};
    if (key_frame) std::copy(start.begin(), start.end(), frame.begin() + 3);
    std::vector<rtp::Packet> packets;
    REQUIRE(rtp::payload::vp8::Packetizer(101).Packetize({frame, timestamp, {}}, packets));
    for (size_t i = 0; i < packets.size(); ++i) {
      packets[i].track_id = 1;
      packets[i].sequence_number = number++;
      if (i < lose) continue;
      const fanout::Item item = rtp::PacketPtr(std::make_shared<rtp::Packet>(packets[i]));
      source->OnItems({&item, 1});
    }
  }

  fanout::DescriptionPtr description;
  std::unique_ptr<PictureSource> source;
  std::vector<uint32_t> times;
  int missing = 0;
  uint16_t number = 65533;
};

TEST_CASE("frames are given from the first key frame on") {
  Given given;
  given.Push(1, false);
  given.Push(2, true);
  given.Push(3, false);
  CHECK(given.times == std::vector<uint32_t>{2, 3});
  CHECK(given.missing == 1);
  CHECK(given.source->counters().unreferable == 1);
}

TEST_CASE("after a loss, frames are given from the next whole key frame on") {
  const size_t lose = GENERATE(1, 2, 3);
  CAPTURE(lose);
  Given given;
  given.Push(1, true);
  given.Push(2, false, lose);
  given.Push(3, false);
  given.Push(4, true, lose);
  given.Push(5, false);
  given.Push(6, true);
  given.Push(7, false);
  CHECK(given.times == std::vector<uint32_t>{1, 6, 7});
  CHECK(given.missing > 0);
  CHECK(given.source->counters().lost_packets == 2 * lose);
}

}  // namespace
}  // namespace sluice::transcoder
