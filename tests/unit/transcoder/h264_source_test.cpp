#include "services/transcoder/h264_source.h"

#include <catch2/catch.hpp>

#include "libs/media/h264_nal_unit.h"
#include "tests/support/media_builders.h"

namespace sluice::transcoder {
namespace {

struct Seen {
  std::vector<CodedPicture> pictures;
  std::vector<fanout::StreamEnd> ends;

  H264Source::Delegate delegate() {
    return {.on_picture = [this](CodedPicture picture) { pictures.push_back(std::move(picture)); },
            .on_clock = [](const rtp::ClockReport&) {},
            .on_end = [this](const fanout::StreamEnd& end) { ends.push_back(end); }};
  }
  std::vector<uint32_t> timestamps() const {
    std::vector<uint32_t> out;
    for (const CodedPicture& picture : pictures) out.push_back(picture.rtp_timestamp);
    return out;
  }
};

const Bytes kSps = {0x67, 0x42, 0xc0, 0x0a, 0xda, 0x0f, 0x0a, 0x69, 0xa8, 0x10, 0x10, 0x10};
const Bytes kPps = {0x68, 0xce, 0x3c, 0x80};
const Bytes kIdr = {0x65, 0x88, 0x80, 0x40};
const Bytes kReference = {0x41, 0x9a, 0x02, 0x04};
const Bytes kNonReference = {0x01, 0x9e, 0x02, 0x04};
// recovery_frame_cnt 0, and 5.
const Bytes kRecoversAtOnce = {0x06, 0x06, 0x01, 0xc4, 0x80};
const Bytes kRecoversLater = {0x06, 0x06, 0x01, 0x32, 0x80};

// One picture: its NAL units as one STAP-A.
fanout::Item Picture(uint16_t sequence, uint32_t timestamp, const std::vector<Bytes>& nal_units) {
  Bytes payload = {0x78};
  for (const Bytes& nal_unit : nal_units) {
    payload.push_back(0);
    payload.push_back(static_cast<uint8_t>(nal_unit.size()));
    payload.insert(payload.end(), nal_unit.begin(), nal_unit.end());
  }
  return sluice::test::PacketBuilder(1)
      .Sequence(sequence)
      .Timestamp(timestamp)
      .Payload(payload)
      .Shared();
}

media::Track Video() {
  media::Track track = sluice::test::VideoTrack();
  track.id = 1;
  auto configuration = media::MakeAvcDecoderConfiguration({kSps}, {kPps});
  track.codec_config = media::Serialize(*configuration);
  return track;
}

TEST_CASE("a source begins at an IDR picture, with the parameter sets in front") {
  Seen seen;
  H264Source source(Video(), seen.delegate());
  std::vector<fanout::Item> items = {Picture(1, 100, {kReference}), Picture(2, 200, {kIdr}),
                                     Picture(3, 300, {kNonReference})};
  source.OnItems(items);
  REQUIRE(seen.timestamps() == std::vector<uint32_t>{200, 300});
  auto nal_units = media::SplitAnnexB(seen.pictures[0].bytes);
  REQUIRE(nal_units.size() == 3);
  CHECK(ToBytes(nal_units[0]) == kSps);
  CHECK(ToBytes(nal_units[1]) == kPps);
  CHECK(seen.pictures[0].key_frame);
  CHECK_FALSE(seen.pictures[0].discardable);
  CHECK(seen.pictures[1].discardable);
  CHECK(source.counters().unreferable == 1);
}

TEST_CASE("parameter sets in band are not doubled") {
  Seen seen;
  H264Source source(Video(), seen.delegate());
  std::vector<fanout::Item> items = {Picture(1, 100, {kSps, kPps, kIdr})};
  source.OnItems(items);
  REQUIRE(seen.pictures.size() == 1);
  CHECK(media::SplitAnnexB(seen.pictures[0].bytes).size() == 3);
}

TEST_CASE("at a recovery point a source begins without the pictures shown before it") {
  Seen seen;
  H264Source source(Video(), seen.delegate());
  std::vector<fanout::Item> items = {
      Picture(1, 400, {kRecoversAtOnce, kReference}), Picture(2, 200, {kNonReference}),
      Picture(3, 300, {kNonReference}), Picture(4, 700, {kReference}),
      Picture(5, 500, {kNonReference})};
  source.OnItems(items);
  CHECK(seen.timestamps() == std::vector<uint32_t>{400, 700, 500});
  CHECK(seen.pictures[0].key_frame);
}

TEST_CASE("a recovery over several pictures begins a source, but does not mend one") {
  Seen seen;
  H264Source source(Video(), seen.delegate());
  std::vector<fanout::Item> items = {
      Picture(1, 100, {kRecoversLater, kReference}), Picture(2, 200, {kReference}),
      Picture(4, 400, {kRecoversLater, kReference}), Picture(5, 500, {kIdr})};
  source.OnItems(items);
  CHECK(seen.timestamps() == std::vector<uint32_t>{100, 200, 500});
}

TEST_CASE("after a loss a source goes on at the next key frame, which is whole") {
  Seen seen;
  H264Source source(Video(), seen.delegate());
  // Upstream left out packets up to a key frame, as it does for slow readers.
  std::vector<fanout::Item> items = {Picture(65534, 100, {kIdr}),
                                     Picture(65535, 200, {kReference}),
                                     Picture(1, 400, {kReference}),
                                     Picture(2, 500, {kReference}),
                                     Picture(9, 800, {kIdr}),
                                     Picture(10, 900, {kReference}),
                                     Picture(13, 1300, {kRecoversAtOnce, kReference}),
                                     Picture(14, 1200, {kNonReference}),
                                     Picture(15, 1400, {kReference})};
  source.OnItems(items);
  CHECK(seen.timestamps() == std::vector<uint32_t>{100, 200, 800, 900, 1300, 1400});
  CHECK(source.counters().lost_packets == 1 + 6 + 2);
  CHECK(source.counters().unreferable == 3);
}

TEST_CASE("other parameter sets are followed; another codec ends the source") {
  Seen seen;
  auto description = sluice::test::Describe({Video()});
  H264Source source(description->tracks[0], seen.delegate());
  media::Track larger = Video();
  Bytes other_pps = {0x68, 0xee, 0x3c, 0x80};
  auto configuration = media::MakeAvcDecoderConfiguration({kSps}, {other_pps});
  larger.codec_config = media::Serialize(*configuration);
  media::Track hevc = Video();
  hevc.codec = media::Codec::kH265;
  std::vector<fanout::Item> items = {description,
                                     Picture(1, 100, {kIdr}),
                                     sluice::test::Describe({larger}, 2),
                                     Picture(2, 200, {kIdr}),
                                     sluice::test::Describe({hevc}, 3),
                                     Picture(3, 300, {kIdr})};
  source.OnItems(items);
  REQUIRE(seen.pictures.size() == 2);
  CHECK(ToBytes(media::SplitAnnexB(seen.pictures[1].bytes)[1]) == other_pps);
  REQUIRE(seen.ends.size() == 1);
  CHECK(seen.ends[0].cause == fanout::EndCause::kUpstreamLost);
}

}  // namespace
}  // namespace sluice::transcoder
