#include <catch2/catch.hpp>

#include "tests/unit/ingest/connections.h"

namespace sluice::ingest {
namespace {

TEST_CASE_METHOD(Connections, "what one client publishes another plays") {
  Client publisher(*this);
  Client player(*this);
  StartPublishing(publisher);
  publisher.Send(VideoHeader());
  publisher.Send(AudioHeader());
  publisher.Send(Picture(0, true));
  REQUIRE(RunUntil([&] { return Cam()->fan().cache().joinable() && counters.packets > 0; }));
  StartPlaying(player);
  publisher.Send(Picture(33, false));
  publisher.Send(Sound(20));
  REQUIRE(RunUntil([&] {
    return player.Count(rtmp::MessageType::kVideo) == 3 &&
           player.Count(rtmp::MessageType::kAudio) == 2;
  }));
  CHECK(player.connection->player_count() == 1);
  CHECK(counters.first_picture.sum() > 0);

  publisher.Send(RtmpClientBytes().DeleteStream());
  REQUIRE(player.Gets("NetStream.Play.UnpublishNotify"));
  CHECK(Cam() == nullptr);
  CHECK(player.connection->player_count() == 0);
  CHECK(publisher.connection->publisher_count() == 0);
}

TEST_CASE_METHOD(Connections, "media that follow publish at once are not lost") {
  Client publisher(*this);
  RtmpClientBytes bytes;
  bytes.Handshake().Connect().CreateStream().Publish("cam");
  for (const auto& event : {VideoHeader(), AudioHeader(), Picture(0, true)}) {
    bytes.Media(event.type, event.timestamp, event.payload);
  }
  publisher.Send(bytes);
  REQUIRE(RunUntil([&] { return counters.packets > 0; }));
  CHECK(counters.early_messages == 0);
}

TEST_CASE_METHOD(Connections, "a name that is taken is answered with BadName") {
  Client first(*this);
  Client second(*this);
  StartPublishing(first);
  second.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Publish("cam"));
  REQUIRE(second.Gets("NetStream.Publish.BadName"));
  CHECK(counters.publishes_refused == 1);
  CHECK(Cam() != nullptr);
  // Under another name it may publish.
  second.Send(RtmpClientBytes().Publish("cam2"));
  CHECK(second.Gets("NetStream.Publish.Start"));
}

TEST_CASE_METHOD(Connections,
                 "publishing is taken from private networks only, until it is opened") {
  Client outside(*this, "8.8.8.8");
  outside.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Publish("cam"));
  REQUIRE(outside.Gets("NetStream.Publish.Denied"));
  CHECK(Logged("open_publishing"));
  context.open_publishing = true;
  outside.Send(RtmpClientBytes().Publish("cam"));
  CHECK(outside.Gets("NetStream.Publish.Start"));
  Client inside(*this, "192.168.1.7");
  StartPublishing(inside, "cam2");
}

TEST_CASE_METHOD(Connections, "a draining daemon takes no publishers and players") {
  context.draining = true;
  Client client(*this);
  client.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Publish("cam"));
  REQUIRE(client.Gets("NetStream.Failed"));
  client.Send(RtmpClientBytes().Play("cam"));
  CHECK(client.Gets("NetStream.Play.Failed"));
}

TEST_CASE_METHOD(Connections, "a stream that is not there is answered with StreamNotFound") {
  Client client(*this);
  client.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Play("none"));
  REQUIRE(client.Gets("NetStream.Play.StreamNotFound"));
  CHECK(client.connection->player_count() == 0);
  REQUIRE(RunUntil([&] { return streams.size() == 0; }));
}

TEST_CASE_METHOD(Connections, "a publisher whose connection ends ends its stream") {
  Client publisher(*this);
  StartPublishing(publisher);
  publisher.Close();
  REQUIRE(Gone(publisher));
  CHECK(Cam() == nullptr);
  CHECK(directory.FindStream({"cam", ""}) == nullptr);
  CHECK(Logged("publisher-stopped"));
}

TEST_CASE_METHOD(Connections, "a player whose connection ends leaves its stream") {
  Client publisher(*this);
  Client player(*this);
  StartPublishing(publisher);
  StartPlaying(player);
  CHECK(streams.size() == 1);
  player.Close();
  REQUIRE(Gone(player));
  REQUIRE(RunUntil([&] { return streams.size() == 0; }));
  CHECK(Cam()->fan().sink_count() == 0);
}

TEST_CASE_METHOD(Connections, "a player may play the stream again when it comes back") {
  Client publisher(*this);
  Client player(*this);
  StartPublishing(publisher);
  StartPlaying(player);
  publisher.Send(RtmpClientBytes().DeleteStream());
  REQUIRE(player.Gets("NetStream.Play.UnpublishNotify"));
  publisher.messages.clear();
  publisher.Send(RtmpClientBytes().CreateStream().Publish("cam"));
  REQUIRE(publisher.Gets("NetStream.Publish.Start"));
  player.messages.clear();
  player.Send(RtmpClientBytes().Play("cam"));
  REQUIRE(player.Gets("NetStream.Play.Start"));
  CHECK(Cam()->fan().sink_count() == 1);
}

TEST_CASE_METHOD(Connections, "bytes that are not RTMP close the connection") {
  Client client(*this);
  RtmpClientBytes bytes;
  bytes.Handshake().Add({rtmp::MessageType::kCommandAmf0, 0, 0, test::Hex("02ffff")});
  client.Send(bytes);
  REQUIRE(client.Gets("NetConnection.Connect.Rejected"));
  REQUIRE(Gone(client));
  CHECK(counters.protocol_errors == 1);
}

TEST_CASE_METHOD(Connections, "a protocol error of a publisher ends its stream as lost") {
  Client publisher(*this);
  StartPublishing(publisher);
  publisher.Send(RtmpClientBytes().Add({rtmp::MessageType::kCommandAmf0, 0, 0, {}}));
  REQUIRE(Gone(publisher));
  CHECK(Logged("publisher-lost"));
}

TEST_CASE_METHOD(Connections, "a client that does not connect in time is closed") {
  Client client(*this);
  client.Send(RtmpClientBytes().Handshake());
  client.connection->CheckTime(loop.now() + config.handshake_timeout + 1s);
  REQUIRE(Gone(client));
  CHECK(counters.connections_timed_out == 1);
}

TEST_CASE_METHOD(Connections,
                 "a publisher that is silent for too long is lost; pings come before") {
  Client publisher(*this);
  StartPublishing(publisher);
  Instant start = loop.now();
  publisher.connection->CheckTime(start + 15s);
  REQUIRE(RunUntil([&] { return publisher.Count(rtmp::MessageType::kUserControl) > 0; }));
  CHECK(Cam() != nullptr);
  publisher.connection->CheckTime(start + config.idle_timeout + 16s);
  CHECK(Cam() == nullptr);
  REQUIRE(Gone(publisher));
  CHECK(Logged("publisher-lost"));
}

TEST_CASE_METHOD(Connections, "a slow player skips pictures and goes on with a key frame") {
  config.player_queue = {1 << 20};
  Client publisher(*this);
  Client player(*this);
  StartPublishing(publisher);
  StartPlaying(player);
  publisher.Send(VideoHeader());
  player.PauseReading(true);
  publisher.Send(Picture(0, true));
  for (uint32_t i = 1; i <= 20; ++i) publisher.Send(Picture(33 * i, false, 0, 200'000));
  REQUIRE(RunUntil([&] { return counters.received_messages == 22; }));
  CHECK(counters.skipped_video > 0);
  CHECK(player.connection->unsent_bytes() < (1 << 20) + 250'000);
  player.PauseReading(false);
  REQUIRE(RunUntil([&] { return player.connection->unsent_bytes() == 0; }));
  size_t before = player.Count(rtmp::MessageType::kVideo);
  publisher.Send(Picture(1000, false));
  publisher.Send(Picture(1033, true));
  publisher.Send(Picture(1067, false));
  REQUIRE(RunUntil([&] { return player.Count(rtmp::MessageType::kVideo) == before + 2; }));
}

TEST_CASE_METHOD(Connections, "a client that plays two streams gets each under its own id") {
  Client publisher(*this);
  Client other(*this);
  Client player(*this);
  StartPublishing(publisher);
  StartPublishing(other, "other");
  player.Send(RtmpClientBytes().Handshake().Connect().CreateStream().CreateStream());
  player.Send(RtmpClientBytes().Play("cam", 1).Play("other", 2));
  REQUIRE(RunUntil([&] { return player.connection != nullptr && counters.plays_started == 2; }));
  publisher.Send(VideoHeader());
  other.Send(VideoHeader(OtherAvcConfiguration()));
  REQUIRE(RunUntil([&] { return player.Count(rtmp::MessageType::kVideo) == 2; }));
  for (const rtmp::Message& message : player.messages) {
    if (message.type != rtmp::MessageType::kVideo) continue;
    bool of_cam = message.payload == VideoHeader().payload;
    CHECK(message.stream_id == (of_cam ? 1u : 2u));
  }
}

}  // namespace
}  // namespace sluice::ingest
