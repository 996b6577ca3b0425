// Renditions of VP8 streams, and VP8 renditions, over real sockets on one loop.
#include <catch2/catch.hpp>

#include "libs/media/h264_nal_unit.h"
#include "libs/rtp/payload/frame_depacketizer.h"
#include "libs/rtp/payload/h264/depacketizer.h"
#include "libs/rtp/payload/h264/packetizer.h"
#include "libs/rtp/payload/vp8/packetizer.h"
#include "tests/unit/transcoder/daemons.h"
#include "tests/unit/transcoder/pictures.h"

namespace sluice::transcoder {
namespace {

using media::Codec;
using sluice::test::RecordingSink;
using sluice::test::RunPosted;
using sluice::test::RunUntil;
using test::Daemons;
using test::Encode;
using test::Encoding;
using test::kBegin;
using test::kFirstTimestamp;
using test::ShownPicture;

// A daemon that publishes pictures of one codec.
struct CodecDaemons : Daemons {
  explicit CodecDaemons(Codec source_codec) : codec(source_codec) {
    EndSource();
    RunPosted(loop);
    media::Track track = sluice::test::VideoTrack();
    track.codec = codec;
    StartSource({track});
    source->SetClock(source_track, kBegin, kFirstTimestamp);
    source->OnKeyFrameRequest([this](uint32_t) { ++asked; });
  }
  void PushPicture(const SourcePicture& picture, const Encoding& encoding) {
    const auto timestamp =
        kFirstTimestamp +
        static_cast<uint32_t>((picture.position_ns - encoding.start_ns) / 1000 * 90 / 1000);
    std::vector<rtp::Packet> packets;
    if (codec == Codec::kVp8) {
      rtp::payload::vp8::Packetizer().Packetize({picture.bytes, timestamp, loop.now()}, packets);
    } else {
      std::vector<ByteView> nal_units = media::SplitAnnexB(picture.bytes);
      rtp::payload::h264::Packetizer().Packetize(
          {.nal_units = nal_units, .rtp_timestamp = timestamp, .arrival = loop.now()}, packets);
    }
    Push(std::move(packets));
  }
  // The first pictures, then the rest once the rendition has begun.
  void PushAll(const RecordingSink& sink, const Encoding& encoding) {
    const std::vector<SourcePicture> pictures = Encode(encoding);
    for (size_t i = 0; i < pictures.size(); ++i) {
      PushPicture(pictures[i], encoding);
      if (i == 4) REQUIRE(RunUntil(loop, [&] { return !sink.packets().empty(); }));
    }
  }

  Codec codec;
  int asked = 0;  // for key frames
};

// position_ns: since kBegin, on the stream's clock.
std::vector<EncodedPicture> Received(const RecordingSink& sink, Codec codec) {
  const rtp::ClockReport clock = sink.Of<rtp::ClockReport>().front();
  const auto position = [&](uint32_t timestamp) {
    return clock.TimeOf(timestamp).Since(kBegin).count() * 1000;
  };
  std::vector<EncodedPicture> pictures;
  if (codec == Codec::kVp8) {
    rtp::payload::FrameDepacketizer depacketizer(codec);
    std::vector<rtp::payload::CodedFrame> frames;
    for (const rtp::PacketPtr& packet : sink.packets()) depacketizer.Push(*packet, frames);
    for (auto& frame : frames) {
      CHECK(frame.complete);
      pictures.push_back({frame.bytes, position(frame.rtp_timestamp), frame.role.key_frame});
    }
    return pictures;
  }
  rtp::payload::h264::Depacketizer depacketizer;
  std::vector<rtp::payload::h264::AccessUnit> access_units;
  for (const rtp::PacketPtr& packet : sink.packets()) depacketizer.Push(*packet, access_units);
  for (const auto& access_unit : access_units) {
    EncodedPicture picture{{}, position(access_unit.rtp_timestamp), access_unit.role.key_frame};
    for (const Bytes& nal_unit : access_unit.nal_units) {
      picture.bytes.insert(picture.bytes.end(), {0, 0, 0, 1});
      picture.bytes.insert(picture.bytes.end(), nal_unit.begin(), nal_unit.end());
    }
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

TEST_CASE("VP8 becomes H.264 and H.264 becomes VP8, each picture at its moment of the clock") {
  struct Case {
    Codec source;
    Codec target;
    const char* profile;
    const char* options;
  };
  const auto kind = GENERATE(Case{Codec::kVp8, Codec::kH264, "h264", "lag-in-frames=0"},
                             Case{Codec::kH264, Codec::kVp8, "vp8", "bframes=0"});
  CAPTURE(kind.profile);
  CodecDaemons daemons(kind.source);
  REQUIRE(daemons.Start("cam", kind.profile).ok());
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", kind.profile});
  REQUIRE(rendition != nullptr);
  rendition->Attach(sink);
  const Encoding encoding{.codec = kind.source, .frames = 30, .options = kind.options};
  daemons.PushAll(sink, encoding);
  REQUIRE(RunUntil(daemons.loop, [&] { return Received(sink, kind.target).size() == 30; }));
  rendition->Detach(sink);

  const std::vector<EncodedPicture> pictures = Received(sink, kind.target);
  CHECK(pictures.front().key_frame);
  const std::vector<ShownPicture> shown = test::Show(pictures, kind.target);
  REQUIRE(shown.size() == 30);
  for (size_t i = 0; i < shown.size(); ++i) {
    CHECK(shown[i].number == static_cast<int>(i));
    CHECK(shown[i].position_ns == Approx(i * 40'000'000).margin(20'000));
  }
  for (const rtp::PacketPtr& packet : sink.packets()) {
    CHECK(packet->payload.size() <= rtp::kMaxCutPayload);
  }
  const auto descriptions = sink.Of<fanout::DescriptionPtr>();
  REQUIRE(!descriptions.empty());
  CHECK(descriptions.back()->tracks[0].codec == kind.target);
  CHECK(descriptions.back()->tracks[0].width == 320);
}

TEST_CASE("a source that is joined between key frames is asked for one") {
  CodecDaemons daemons(Codec::kVp8);
  REQUIRE(daemons.Start("cam", "h264").ok());
  RecordingSink sink;
  auto rendition = daemons.publications.Find({"cam", "h264"});
  rendition->Attach(sink);
  const Encoding encoding{.codec = Codec::kVp8, .frames = 5, .options = "lag-in-frames=0"};
  const std::vector<SourcePicture> pictures = Encode(encoding);
  daemons.PushPicture(pictures[1], encoding);
  REQUIRE(RunUntil(daemons.loop, [&] { return daemons.asked == 1; }));
  daemons.PushPicture(pictures[0], encoding);
  REQUIRE(RunUntil(daemons.loop, [&] { return !sink.packets().empty(); }));
  CHECK(daemons.asked == 1);
  rendition->Detach(sink);
}

TEST_CASE("there is no VP8 rendition of VP8") {
  CodecDaemons daemons(Codec::kVp8);
  CHECK(daemons.Start("cam", "vp8").status().code() == absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sluice::transcoder
