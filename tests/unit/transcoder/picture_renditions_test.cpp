// Renditions of pictures, over real sockets on one loop.
#include <catch2/catch.hpp>
#include <functional>

#include "libs/media/avc_decoder_configuration.h"
#include "libs/media/h264_nal_unit.h"
#include "libs/media/h264_sps.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "tests/unit/transcoder/daemons.h"
#include "tests/unit/transcoder/pictures.h"

namespace sluice::transcoder {
namespace {

using sluice::test::RecordingSink;
using sluice::test::RunPosted;
using sluice::test::RunUntil;
using test::Daemons;
using test::Encode;
using test::Encoding;
using test::kBegin;
using test::kFirstTimestamp;
using test::ShownPicture;

constexpr uint32_t kStep = 3600;  // 25 pictures per second

// An ingest daemon that publishes pictures. Timestamps wrap soon.
struct PictureDaemons : Daemons {
  PictureDaemons() {
    EndSource();
    RunPosted(loop);
    StartSource({sluice::test::VideoTrack()});
    source->SetClock(source_track, kBegin, kFirstTimestamp);
  }
  void PushPicture(const SourcePicture& picture, const Encoding& encoding, int32_t jump = 0) {
    auto ticks = [&](int64_t ns) { return (ns - encoding.start_ns) / 1000 * 90 / 1000; };
    std::vector<ByteView> nal_units = media::SplitAnnexB(picture.bytes);
    std::vector<rtp::Packet> packets;
    auto cts =
        static_cast<int32_t>(ticks(picture.position_ns) - ticks(picture.decoding_position_ns));
    rtp::payload::h264::Packetizer().Packetize(
        {.nal_units = nal_units,
         .rtp_timestamp = kFirstTimestamp + static_cast<uint32_t>(ticks(picture.position_ns)) +
                          static_cast<uint32_t>(jump),
         .cts = cts,
         .arrival = loop.now()},
        packets);
    Push(std::move(packets));
  }
};

struct Received {
  std::vector<EncodedPicture> pictures;  // position_ns: since kBegin, on the stream's clock
  std::vector<uint32_t> timestamps;
};

Received Receive(const RecordingSink& sink) {
  Received received;
  rtp::ClockReport clock = sink.Of<rtp::ClockReport>().front();
  rtp::payload::h264::Depacketizer depacketizer;
  std::vector<rtp::payload::h264::AccessUnit> access_units;
  for (const rtp::PacketPtr& packet : sink.packets()) depacketizer.Push(*packet, access_units);
  for (const auto& access_unit : access_units) {
    EncodedPicture picture;
    CHECK(access_unit.complete);
    for (const Bytes& nal_unit : access_unit.nal_units) {
      picture.bytes.insert(picture.bytes.end(), {0, 0, 0, 1});
      picture.bytes.insert(picture.bytes.end(), nal_unit.begin(), nal_unit.end());
    }
    picture.position_ns = clock.TimeOf(access_unit.rtp_timestamp).Since(kBegin).count() * 1000;
    picture.key_frame = access_unit.role.key_frame;
    CHECK(access_unit.role.cts == 0);
    CHECK(access_unit.arrival > Instant());
    received.timestamps.push_back(access_unit.rtp_timestamp);
    received.pictures.push_back(std::move(picture));
  }
  return received;
}

// While the pipeline is being made, a new group takes the place of the one before: pushes the first
// pictures and waits until the rendition has begun. The decoder keeps at most three.
void PushAll(
    PictureDaemons& daemons, const RecordingSink& sink, const Encoding& encoding,
    const std::function<int32_t(size_t)>& jump_at = [](size_t) { return 0; }) {
  std::vector<SourcePicture> source = Encode(encoding);
  for (size_t i = 0; i < source.size(); ++i) {
    daemons.PushPicture(source[i], encoding, jump_at(i));
    if (i != 4) continue;
    REQUIRE(RunUntil(daemons.loop, [&] { return !sink.packets().empty(); }));
  }
}

TEST_CASE(
    "a rendition shows each picture at the moment of the stream's clock that its source has") {
  PictureDaemons daemons;
  auto answer = daemons.Start("cam", "h264");
  REQUIRE(answer.ok());
  CHECK(answer->key().rendition() == "h264");
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", "h264"});
  REQUIRE(rendition != nullptr);
  rendition->Attach(sink);
  Encoding encoding{.options = "bframes=3 b-adapt=false b-pyramid=true key-int-max=30"};
  PushAll(daemons, sink, encoding);
  REQUIRE(RunUntil(daemons.loop, [&] { return Receive(sink).pictures.size() >= 57; }));
  rendition->Detach(sink);

  Received received = Receive(sink);
  CHECK(received.pictures.front().key_frame);
  std::vector<ShownPicture> shown = test::Show(received.pictures);
  REQUIRE(shown.size() == received.pictures.size());
  for (size_t i = 0; i < shown.size(); ++i) {
    CHECK(shown[i].number == static_cast<int>(i));
    CHECK(shown[i].position_ns == Approx(i * 40'000'000).margin(20'000));
    CHECK(received.timestamps[i] - received.timestamps[0] == i * kStep);
  }
}

TEST_CASE("the track is described before its first picture, and again when its size changes") {
  PictureDaemons daemons;
  REQUIRE(daemons.Start("cam", "h264").ok());
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", "h264"});
  rendition->Attach(sink);
  Encoding small{.frames = 5};
  Encoding large{.width = 480, .height = 272, .frames = 5};
  large.start_ns = small.start_ns;
  PushAll(daemons, sink, small);
  for (const SourcePicture& picture : Encode(large)) {
    daemons.PushPicture(picture, large, 5 * static_cast<int32_t>(kStep));
  }
  REQUIRE(RunUntil(daemons.loop, [&] { return Receive(sink).pictures.size() == 10; }));
  rendition->Detach(sink);

  std::vector<uint32_t> widths;
  Bytes described;
  for (const fanout::Item& item : sink.all) {
    if (const auto* description = std::get_if<fanout::DescriptionPtr>(&item)) {
      const media::Track& track = (*description)->tracks.at(0);
      CHECK(track.codec == media::Codec::kH264);
      described = track.codec_config;
      if (!described.empty()) widths.push_back(track.width);
    }
    const auto* packet = std::get_if<rtp::PacketPtr>(&item);
    if (packet == nullptr || !(*packet)->role.key_frame) continue;
    // What is in band is what is described.
    auto configuration = media::ParseAvcDecoderConfiguration(described);
    REQUIRE(configuration.ok());
    if (!(*packet)->role.starts_access_unit) continue;
    const Bytes& payload = (*packet)->payload;
    const Bytes& sps = configuration->sps.front();
    CHECK(std::search(payload.begin(), payload.end(), sps.begin(), sps.end()) != payload.end());
    CHECK(configuration->profile_idc == 66);
  }
  CHECK(widths == std::vector<uint32_t>{320, 480});
  CHECK(daemons.directory.FindStream({"cam", "h264"})->description().tracks(0).width() == 480);
}

TEST_CASE("a subscriber's wish for a key frame is obeyed") {
  PictureDaemons daemons;
  REQUIRE(daemons.Start("cam", "h264").ok());
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", "h264"});
  rendition->Attach(sink);
  Encoding encoding{.frames = 20};
  std::vector<SourcePicture> source = Encode(encoding);
  for (size_t i = 0; i < source.size(); ++i) {
    daemons.PushPicture(source[i], encoding);
    REQUIRE(RunUntil(daemons.loop, [&] { return Receive(sink).pictures.size() == i + 1; }));
    if (i == 9) CHECK(rendition->RequestKeyFrame(rendition->description()->tracks[0].id));
  }
  rendition->Detach(sink);
  std::vector<size_t> key_frames;
  Received received = Receive(sink);
  for (size_t i = 0; i < received.pictures.size(); ++i) {
    if (received.pictures[i].key_frame) key_frames.push_back(i);
  }
  CHECK(key_frames == std::vector<size_t>{0, 10});
}

TEST_CASE("a jump of the source's time is followed, and its pictures go on") {
  auto seconds = GENERATE(-600, 20);
  PictureDaemons daemons;
  REQUIRE(daemons.Start("cam", "h264").ok());
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", "h264"});
  rendition->Attach(sink);
  Encoding encoding{.frames = 20, .options = "bframes=2 key-int-max=10"};
  PushAll(daemons, sink, encoding, [&](size_t i) { return i < 10 ? 0 : seconds * 90000; });
  REQUIRE(RunUntil(daemons.loop, [&] { return Receive(sink).pictures.size() >= 18; }));
  rendition->Detach(sink);
  Received received = Receive(sink);
  for (size_t i = 0; i < received.timestamps.size(); ++i) {
    uint32_t expected = static_cast<uint32_t>(i) * kStep;
    if (i >= 10) expected += static_cast<uint32_t>(seconds * 90000);
    CHECK(received.timestamps[i] - received.timestamps[0] == expected);
  }
}

TEST_CASE("pictures and sound are converted side by side, each within its room") {
  Daemons daemons;
  daemons.EndSource();
  RunPosted(daemons.loop);
  daemons.config.max_video_renditions = 1;
  daemons.StartSource({test::Aac(), sluice::test::VideoTrack()});
  REQUIRE(daemons.Start("cam", "h264").ok());
  REQUIRE(daemons.Start("cam", "opus").ok());
  CHECK(daemons.Start("cam", "h264").ok());  // it runs
  CHECK(daemons.renditions->size() == 2);
  CHECK(daemons.renditions->Load() == 1);
  v1::StreamEntry other = relay::EntryOf(*daemons.source);
  other.mutable_key()->set_name("other");
  other.set_node_id("ingest-1");
  other.set_incarnation("1");
  daemons.directory.PutStream(other);
  RunPosted(daemons.loop);
  absl::Status refused = daemons.Start("other", "h264").status();
  CHECK(refused.code() == absl::StatusCode::kResourceExhausted);
  CHECK(daemons.Start("cam", "vp9").status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("without a configured number there is room for three renditions of pictures per core") {
  Config config;
  CHECK(config.video_capacity() >= 3);
  CHECK(config.video_capacity() % 3 == 0);
  config.max_video_renditions = 7;
  CHECK(config.video_capacity() == 7);
}

}  // namespace
}  // namespace sluice::transcoder
