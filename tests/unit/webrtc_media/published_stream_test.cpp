#include "services/webrtc-media/published_stream.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "libs/directory/fake_directory.h"
#include "libs/rpc/server.h"
#include "tests/support/media_builders.h"
#include "tests/support/run_until.h"

namespace sluice::webrtc_media {
namespace {

using media::Codec;
using media::MediaKind;
using test::PacketBuilder;
using test::RecordingSink;

class QuietLog final : public log::LineSink {
 public:
  void Write(std::string_view) override {}
};

// Remembers what the stream wants.
struct RecordingListener final : PublishedStream::Listener {
  void OnStreamDecided(PublishedStream&, const absl::Status& status) override { decided = status; }
  void OnNameLost(PublishedStream&, const absl::Status&) override { ++names_lost; }
  void OnGraceOver(PublishedStream&) override { ++graces_over; }
  void OnKeyFrameWanted(const std::string& id, uint16_t encoding) override {
    key_frames.push_back(id + "/" + std::to_string(encoding));
  }
  void OnLayersWanted(const std::string& id, uint32_t bits, uint64_t bitrate) override {
    layers.push_back(id + "/" + std::to_string(bits) + "/" + std::to_string(bitrate));
  }
  std::optional<absl::Status> decided;
  int names_lost = 0;
  int graces_over = 0;
  std::vector<std::string> key_frames;
  std::vector<std::string> layers;
};

PublishedStream::Source Camera(const std::string& session_id) {
  return {.session_id = session_id,
          .protocol = "whip",
          .address = "192.0.2.1:5000",
          .agent = "browser",
          .encodings = {{MediaKind::kAudio, "0", ""}, {MediaKind::kVideo, "1", ""}}};
}

PublishedStream::Source Simulcast(const std::string& session_id) {
  PublishedStream::Source source = Camera(session_id);
  source.encodings = {{MediaKind::kVideo, "1", "q"}, {MediaKind::kVideo, "1", "f"}};
  return source;
}

struct StreamFixture {
  void Open(PublishedStream::Source source) {
    stream = std::make_unique<PublishedStream>(context, listener, "cam", std::move(source));
    REQUIRE(test::RunUntil(loop, [&] { return listener.decided.has_value(); }));
  }
  fanout::Publication& publication() { return *publications.Find({"cam", ""}); }
  const std::vector<media::Track>& tracks() { return publication().description()->tracks; }
  void Format(uint16_t encoding, Codec codec, uint32_t width = 0) {
    FormatChange format{.codec = codec,
                        .clock_rate = codec == Codec::kOpus ? 48000u : 90000u,
                        .channels = codec == Codec::kOpus ? 2u : 0u,
                        .codec_config = {},
                        .width = width,
                        .height = width / 2};
    Push(encoding, std::move(format));
  }
  template <typename Content>
  void Push(uint16_t encoding, Content content) {
    PublishedItems items;
    items.push_back({encoding, std::move(content)});
    stream->OnMedia(items);
  }
  void Packet(uint16_t encoding, uint32_t timestamp, bool key_frame = true) {
    PacketBuilder packet(0);
    if (key_frame) packet.KeyFrame();
    Push(encoding, packet.Timestamp(timestamp).At(loop.now()).Value());
  }

  loop::EventLoop loop;
  SystemRandom random;
  log::Logger logger{{}, std::make_unique<QuietLog>()};
  directory::FakeDirectory directory{loop, v1::Node()};
  rpc::Server server;
  fanout::FanoutServer sockets{loop, random};
  relay::Publications publications{loop, sockets, server};
  relay::ClaimContext context{loop, logger, random, directory, publications};
  RecordingListener listener;
  RecordingSink sink;
  std::unique_ptr<PublishedStream> stream;
};

TEST_CASE_METHOD(StreamFixture,
                 "a stream has the tracks that have come, each with its clock first") {
  Open(Camera("s1"));
  REQUIRE(listener.decided->ok());
  CHECK(publication().description()->tracks.empty());
  publication().Attach(sink);
  Format(1, Codec::kVp8, 640);
  CHECK_FALSE(publication().description()->ready);
  Packet(1, 1000);
  Format(0, Codec::kOpus);
  CHECK(publication().description()->ready);
  Packet(0, 2000, false);
  REQUIRE(tracks().size() == 2);
  CHECK(tracks()[0].codec == Codec::kVp8);
  CHECK(tracks()[0].width == 640);
  CHECK(tracks()[1].codec == Codec::kOpus);
  REQUIRE(sink.packets().size() == 2);
  std::set<uint32_t> clocks;
  for (const fanout::Item& item : sink.all) {
    if (const auto* clock = std::get_if<rtp::ClockReport>(&item)) clocks.insert(clock->track_id);
    const auto* packet = std::get_if<rtp::PacketPtr>(&item);
    if (packet != nullptr) CHECK(clocks.contains((*packet)->track_id));
  }
  CHECK(directory.FindStream({"cam", ""})->description().tracks_size() == 2);
}

TEST_CASE_METHOD(StreamFixture, "a track that does not come is waited for a second") {
  Open(Camera("s1"));
  Format(1, Codec::kVp8);
  const Instant began = loop.now();
  REQUIRE(test::RunUntil(loop, [&] { return publication().description()->ready; }));
  CHECK(loop.now() - began >= PublishedStream::kReadyTime - 10ms);
  CHECK(tracks().size() == 1);
  Format(0, Codec::kOpus);  // late, but welcome
  CHECK(tracks().size() == 2);
}

TEST_CASE_METHOD(StreamFixture,
                 "media without a format is not passed on, nor of unknown encodings") {
  Open(Camera("s1"));
  Packet(1, 1000);
  Packet(77, 1000);
  CHECK(publication().description()->tracks.empty());
}

TEST_CASE_METHOD(StreamFixture, "layers are tracks of one mid, the largest first") {
  Open(Simulcast("s1"));
  Format(0, Codec::kVp8, 320);
  Format(1, Codec::kVp8, 1280);
  REQUIRE(tracks().size() == 2);
  CHECK(tracks()[0].rid == "f");
  CHECK(tracks()[1].rid == "q");
  CHECK(tracks()[0].mid == tracks()[1].mid);
  const uint32_t full = tracks()[0].id;
  const uint32_t quarter = tracks()[1].id;

  publication().RequestKeyFrame(quarter);
  CHECK(listener.key_frames == std::vector<std::string>{"s1/0"});
  publication().Attach(sink);
  publication().SetWanted(sink, {.unwanted = {full}, .bitrate_bps = 500'000});
  CHECK(listener.layers == std::vector<std::string>{"s1/1/500000"});
}

TEST_CASE_METHOD(StreamFixture, "the next publisher goes on with the tracks of the same codecs") {
  Open(Camera("s1"));
  Format(0, Codec::kOpus);
  Format(1, Codec::kVp8, 640);
  Packet(1, 5000);
  const std::vector<media::Track> before = tracks();
  publication().Attach(sink);
  stream->TakeOver(Camera("s2"));
  CHECK(stream->session_id() == "s2");
  Format(1, Codec::kVp8, 320);
  Packet(1, 99'000'000);
  Format(0, Codec::kOpus);
  REQUIRE(tracks().size() == 2);
  CHECK(tracks()[0].id == before[0].id);
  CHECK(tracks()[1].id == before[1].id);
  CHECK(tracks()[1].ssrc == before[1].ssrc);
  CHECK(tracks()[1].width == 320);
  REQUIRE(sink.packets().size() == 2);
  CHECK(sink.packets()[1]->rtp_timestamp - sink.packets()[0]->rtp_timestamp < 90'000);
  CHECK(sink.packets()[1]->sequence_number ==
        static_cast<uint16_t>(sink.packets()[0]->sequence_number + 1));
  CHECK(publication().settings().publisher_address == "192.0.2.1:5000");
  publication().RequestKeyFrame(before[1].id);
  CHECK(listener.key_frames == std::vector<std::string>{"s2/1"});
}

TEST_CASE_METHOD(StreamFixture, "another codec of the next publisher is another track") {
  Open(Camera("s1"));
  Format(0, Codec::kOpus);
  Format(1, Codec::kVp8);
  const uint32_t before = tracks()[1].id;
  stream->TakeOver(Camera("s2"));
  Format(1, Codec::kH264);
  REQUIRE(tracks().size() == 2);
  CHECK(tracks()[1].codec == Codec::kH264);
  CHECK(tracks()[1].id != before);
}

TEST_CASE_METHOD(StreamFixture, "tracks that the next publisher does not have go after a second") {
  Open(Camera("s1"));
  Format(0, Codec::kOpus);
  Format(1, Codec::kVp8);
  PublishedStream::Source picture = Camera("s2");
  picture.encodings.erase(picture.encodings.begin());
  stream->TakeOver(picture);
  Format(0, Codec::kVp8);
  CHECK(tracks().size() == 2);
  REQUIRE(test::RunUntil(loop, [&] { return tracks().size() == 1; }));
  CHECK(tracks()[0].codec == Codec::kVp8);
}

TEST_CASE_METHOD(StreamFixture,
                 "one layer more or less of the next publisher is a track more or less") {
  Open(Simulcast("s1"));
  Format(0, Codec::kVp8, 320);
  Format(1, Codec::kVp8, 1280);
  const uint32_t full = tracks()[0].id;
  PublishedStream::Source single = Simulcast("s2");
  single.encodings = {{MediaKind::kVideo, "0", ""}};
  stream->TakeOver(single);
  Format(0, Codec::kVp8, 640);
  REQUIRE(test::RunUntil(loop, [&] { return tracks().size() == 1; }));
  CHECK(tracks()[0].id == full);
  CHECK(tracks()[0].rid.empty());
  stream->TakeOver(Simulcast("s3"));
  Format(0, Codec::kVp8, 320);
  Format(1, Codec::kVp8, 1280);
  CHECK(tracks().size() == 2);
}

TEST_CASE_METHOD(StreamFixture,
                 "mute events stay in the description, all events reach the players") {
  Open(Camera("s1"));
  Format(0, Codec::kOpus);
  publication().Attach(sink);
  REQUIRE(stream->Tell({"audioMuted", ""}).ok());
  REQUIRE(stream->Tell({"videoMuted", ""}).ok());
  REQUIRE(stream->Tell({"data", "{}"}).ok());
  CHECK(sink.Of<fanout::StreamEventPtr>().size() == 3);
  CHECK(tracks()[0].muted);
  Format(1, Codec::kVp8);
  CHECK(tracks()[1].muted);
  REQUIRE(stream->Tell({"videoUnmuted", ""}).ok());
  CHECK_FALSE(tracks()[1].muted);
  CHECK(absl::IsInvalidArgument(stream->Tell({std::string(100, 'x'), ""})));
}

TEST_CASE_METHOD(StreamFixture, "the grace is told when it is over, and not when it is stopped") {
  Open(Camera("s1"));
  stream->StartGrace(20ms);
  SECTION("over") {
    CHECK(test::RunUntil(loop, [&] { return listener.graces_over == 1; }));
    CHECK_FALSE(stream->in_grace());
  }
  SECTION("stopped") {
    stream->StopGrace();
    CHECK_FALSE(test::RunUntil(
        loop, [&] { return listener.graces_over == 1; }, 60ms));
  }
}

TEST_CASE_METHOD(StreamFixture, "the end gives the name back, and what comes then is nothing") {
  Open(Camera("s1"));
  Format(0, Codec::kOpus);
  publication().Attach(sink);
  stream->End(fanout::EndCause::kPublisherStopped, "done");
  REQUIRE(sink.Of<fanout::StreamEnd>().size() == 1);
  CHECK(directory.FindStream({"cam", ""}) == nullptr);
  CHECK_FALSE(stream->live());
  Packet(0, 1);
  stream->OnTick(loop.now());
  CHECK(absl::IsNotFound(stream->Tell({"data", ""})));
}

TEST_CASE_METHOD(StreamFixture, "a name that another daemon has is not taken") {
  v1::StreamEntry entry;
  entry.mutable_key()->set_name("cam");
  entry.set_node_id("ingest-1");
  directory.PutStream(entry);
  Open(Camera("s1"));
  CHECK(absl::IsAlreadyExists(*listener.decided));
  CHECK_FALSE(stream->live());
}

TEST_CASE_METHOD(StreamFixture, "a name that is lost later is told") {
  Open(Camera("s1"));
  v1::StreamEntry entry;
  entry.mutable_key()->set_name("cam");
  entry.set_node_id("ingest-1");
  directory.PutStream(entry);
  CHECK(test::RunUntil(loop, [&] { return listener.names_lost == 1; }));
  CHECK_FALSE(stream->live());
}

}  // namespace
}  // namespace sluice::webrtc_media
