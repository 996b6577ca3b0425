#include <unistd.h>

#include <catch2/catch.hpp>

#include "libs/directory/fake_directory.h"
#include "libs/relay/publications.h"
#include "libs/relay/stream_relay.h"
#include "libs/rpc/client.h"
#include "libs/rpc/server.h"
#include "sluice/v1/status.grpc.pb.h"
#include "tests/support/media_builders.h"

namespace sluice::relay {
namespace {

using test::PacketBuilder;
using test::RecordingSink;

// One daemon with a publication "cam", and what another daemon needs to relay it, over real sockets
// on one loop.
struct TwoDaemons {
  TwoDaemons() {
    REQUIRE(
        sockets.Listen("/tmp/sluice-publications-test-" + std::to_string(getpid()) + ".sock").ok());
    address = "127.0.0.1:" + std::to_string(*server.Start("127.0.0.1", 0));
    REQUIRE(publications.Add(publication));
  }
  ~TwoDaemons() { server.Shutdown(Duration(0)); }

  loop::EventLoop loop;
  SystemRandom random;
  fanout::FanoutServer sockets{loop, random};
  rpc::Server server;
  Publications publications{loop, sockets, server};
  std::string address;
  std::shared_ptr<fanout::Publication> publication = std::make_shared<fanout::Publication>(
      loop, random,
      fanout::Publication::Settings{.key = {"cam", ""}, .publisher_protocol = "rtmp"});
  directory::FakeDirectory directory{loop, v1::Node()};
  rpc::ChannelPool channels{loop};
  RelayContext relay_context{loop, directory, channels, "node-2", "host-1"};
};

TEST_CASE("a name stands in the table once") {
  TwoDaemons daemons;
  CHECK_FALSE(daemons.publications.Add(daemons.publication));
  CHECK(daemons.publications.Find({"cam", ""}) == daemons.publication);
  CHECK(daemons.publications.Find({"cam", "opus"}) == nullptr);
}

TEST_CASE("a relay gets the stream, with its cached group, and its end") {
  TwoDaemons daemons;
  uint32_t id = *daemons.publication->AddTrack(test::VideoTrack());
  daemons.publication->Push(PacketBuilder(id).KeyFrame().Value());
  absl::Status opened = absl::UnknownError("not yet");
  StreamRelay relay(daemons.relay_context, {"cam", ""}, daemons.address,
                    [&](const absl::Status& status) {
                      opened = status;
                      daemons.loop.Stop();
                    });
  daemons.loop.Run();
  REQUIRE(opened.ok());
  REQUIRE(relay.description() != nullptr);
  struct UntilEnd : fanout::Sink {
    explicit UntilEnd(loop::EventLoop& event_loop) : loop(event_loop) {}
    void OnItems(std::span<const fanout::Item> items) override {
      recording.OnItems(items);
      if (std::holds_alternative<fanout::StreamEnd>(items.back())) loop.Stop();
    }
    loop::EventLoop& loop;
    RecordingSink recording;
  } sink(daemons.loop);
  relay.Attach(sink);
  daemons.publication->Push(PacketBuilder(id).Value());
  daemons.publication->End({fanout::EndCause::kPublisherStopped, "done"});
  daemons.loop.Run();
  CHECK(sink.recording.packets().size() == 2);
  CHECK(sink.recording.Of<fanout::StreamEnd>().front().cause ==
        fanout::EndCause::kPublisherStopped);
  CHECK(relay.ended());
}

TEST_CASE("a relay of a stream that nobody has says NotFound") {
  TwoDaemons daemons;
  std::string owner;
  SECTION("by the directory") {}
  SECTION("by the daemon") { owner = daemons.address; }
  absl::Status opened;
  StreamRelay relay(daemons.relay_context, {"nobody", ""}, owner, [&](const absl::Status& status) {
    opened = status;
    daemons.loop.Stop();
  });
  daemons.loop.Run();
  CHECK(opened.code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a stream on another host is refused with the reason") {
  TwoDaemons daemons;
  v1::Node elsewhere;
  elsewhere.set_id("ingest-far");
  elsewhere.set_service("ingest");
  elsewhere.set_host_id("host-2");
  daemons.directory.PutNode(elsewhere);
  v1::StreamEntry entry;
  entry.mutable_key()->set_name("far");
  entry.set_node_id("ingest-far");
  daemons.directory.PutStream(entry);
  absl::Status opened;
  StreamRelay relay(daemons.relay_context, {"far", ""}, "", [&](const absl::Status& status) {
    opened = status;
    daemons.loop.Stop();
  });
  daemons.loop.Run();
  CHECK(opened.code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("a relay of one track gets no other") {
  TwoDaemons daemons;
  uint32_t video = *daemons.publication->AddTrack(test::VideoTrack());
  uint32_t audio = *daemons.publication->AddTrack(test::AudioTrack());
  daemons.publication->Push(PacketBuilder(video).KeyFrame().Value());
  daemons.publication->Push(PacketBuilder(audio).Value());
  StreamRelay relay(daemons.relay_context, {"cam", ""}, daemons.address, [](const absl::Status&) {},
                    {audio});
  struct FirstPacket : fanout::Sink {
    explicit FirstPacket(loop::EventLoop& event_loop) : loop(event_loop) {}
    void OnItems(std::span<const fanout::Item> items) override {
      recording.OnItems(items);
      if (!recording.packets().empty()) loop.Stop();
    }
    loop::EventLoop& loop;
    RecordingSink recording;
  } sink(daemons.loop);
  relay.Attach(sink);
  daemons.loop.Run();
  for (const rtp::PacketPtr& packet : sink.recording.packets()) CHECK(packet->track_id == audio);
}

TEST_CASE("a daemon that has the publication itself attaches to it without a socket") {
  TwoDaemons daemons;
  daemons.relay_context.publications = &daemons.publications;
  const uint32_t large = *daemons.publication->AddTrack(test::VideoTrack());
  const uint32_t small = *daemons.publication->AddTrack(test::VideoTrack());
  std::vector<uint32_t> asked;
  daemons.publication->OnKeyFrameRequest([&](uint32_t id) { asked.push_back(id); });
  daemons.publication->Push(PacketBuilder(large).KeyFrame().Value());
  absl::Status opened = absl::UnknownError("not yet");
  StreamRelay relay(daemons.relay_context, {"cam", ""}, "", [&](const absl::Status& status) {
    opened = status;
    daemons.loop.Stop();
  });
  RecordingSink sink;
  relay.Attach(sink);
  daemons.loop.Run();
  REQUIRE(opened.ok());
  CHECK(daemons.sockets.counters().connections == 0);
  CHECK(sink.packets().size() == 1);
  relay.RequestKeyFrame(small);
  CHECK(asked == std::vector<uint32_t>{small});

  relay.SetWanted({.unwanted = {large}});
  daemons.publication->Push(PacketBuilder(large).KeyFrame().Value());
  CHECK(sink.packets().size() == 1);
  RecordingSink joiner;  // gets no group that has grown stale
  relay.Attach(joiner);
  CHECK(joiner.packets().empty());
  relay.Detach(joiner);
  relay.SetWanted({});
  CHECK(asked == std::vector<uint32_t>{small, large});

  daemons.publication->End({fanout::EndCause::kPublisherStopped, "done"});
  CHECK(sink.Of<fanout::StreamEnd>().size() == 1);
  CHECK(relay.ended());
}

TEST_CASE("a relay may go when it opens, or when its publication ends") {
  TwoDaemons daemons;
  daemons.relay_context.publications = &daemons.publications;
  const uint32_t id = *daemons.publication->AddTrack(test::VideoTrack());
  std::unique_ptr<StreamRelay> relay;
  bool goes_at_once = false;
  SECTION("when it opens") { goes_at_once = true; }
  SECTION("at the end") {}
  relay = std::make_unique<StreamRelay>(daemons.relay_context, media::StreamKey{"cam", ""}, "",
                                        [&](const absl::Status&) {
                                          if (goes_at_once) relay.reset();
                                          daemons.loop.Stop();
                                        });
  daemons.loop.Run();
  daemons.publication->Push(PacketBuilder(id).KeyFrame().Value());
  CHECK(daemons.publication->fan().sink_count() == (goes_at_once ? 0u : 1u));
  daemons.publication->End({});
  relay.reset();
  CHECK(daemons.publication->fan().sink_count() == 0);
}

TEST_CASE("the status of a stream tells its tracks and counters") {
  TwoDaemons daemons;
  uint32_t id = *daemons.publication->AddTrack(test::VideoTrack());
  daemons.publication->Push(PacketBuilder(id).KeyFrame().Value());
  v1::ListStreamsResponse answer;
  rpc::CallUnary<v1::Status>(daemons.channels, daemons.address,
                             &rpc::Methods<v1::Status>::ListStreams, v1::ListStreamsRequest(), 3s,
                             [&](absl::StatusOr<v1::ListStreamsResponse> got) {
                               if (got.ok()) answer = *std::move(got);
                               daemons.loop.Stop();
                             });
  daemons.loop.Run();
  REQUIRE(answer.streams_size() == 1);
  CHECK(answer.streams(0).key().name() == "cam");
  CHECK(answer.streams(0).publisher_protocol() == "rtmp");
  REQUIRE(answer.streams(0).tracks_size() == 1);
  CHECK(answer.streams(0).tracks(0).packets() == 1);
}

}  // namespace
}  // namespace sluice::relay
