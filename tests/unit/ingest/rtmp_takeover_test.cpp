#include <catch2/catch.hpp>

#include "tests/unit/ingest/connections.h"
#include "tests/unit/ingest/publishing.h"

namespace sluice::ingest {
namespace {

struct Takeovers : Connections {
  Takeovers() {
    config.takeover = true;
    context.take_publisher = [this](const std::string& name, const RtmpConnection& asking) {
      for (Client* client : clients) {
        if (client->connection == nullptr || client->connection.get() == &asking) continue;
        if (auto publisher = client->connection->GiveUpPublisher(name)) return publisher;
      }
      return std::unique_ptr<Publisher>();
    };
  }
  std::vector<Client*> clients;
};

TEST_CASE_METHOD(Takeovers, "a publisher takes its name over, and the players stay") {
  Client old(*this);
  Client back(*this);
  Client player(*this);
  clients = {&old, &back};
  StartPublishing(old);
  old.Send(VideoHeader());
  old.Send(AudioHeader());
  old.Send(Picture(100'000, true));
  old.Send(Sound(100'000));
  REQUIRE(RunUntil([&] { return counters.received_messages == 4; }));
  StartPlaying(player);
  REQUIRE(RunUntil([&] { return player.Count(rtmp::MessageType::kVideo) == 2; }));
  auto publication = Cam();

  StartPublishing(back);
  REQUIRE(old.Gets("NetStream.Publish.BadName"));
  REQUIRE(Gone(old));
  CHECK(Cam() == publication);
  CHECK(counters.publishes_taken_over == 1);
  CHECK(publication->fan().cache().bytes() == 0);
  CHECK(directory.FindStream({"cam", ""}) != nullptr);
  back.Send(VideoHeader());
  back.Send(AudioHeader());
  back.Send(Picture(40, false));  // cannot be decoded by anybody
  back.Send(Picture(80, true));
  back.Send(Picture(120, false));
  REQUIRE(RunUntil([&] { return player.Count(rtmp::MessageType::kVideo) == 4; }));
  CHECK_FALSE(player.Got("NetStream.Play.UnpublishNotify"));
  auto video = player.Messages(rtmp::MessageType::kVideo);
  CHECK(video[2].payload == Picture(80, true).payload);
  CHECK(video[2].timestamp > video[1].timestamp);
  CHECK(video[3].timestamp - video[2].timestamp == 40);
  CHECK(counters.early_messages == 1);

  back.Send(RtmpClientBytes().DeleteStream());
  REQUIRE(player.Gets("NetStream.Play.UnpublishNotify"));
  REQUIRE(RunUntil([&] { return directory.FindStream({"cam", ""}) == nullptr; }));
}

TEST_CASE_METHOD(Takeovers, "without takeover the name is refused") {
  config.takeover = false;
  Client old(*this);
  Client back(*this);
  clients = {&old, &back};
  StartPublishing(old);
  back.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Publish("cam"));
  REQUIRE(back.Gets("NetStream.Publish.BadName"));
  CHECK(old.connection != nullptr);
}

TEST_CASE_METHOD(Takeovers, "a connection does not take a name over from itself") {
  Client client(*this);
  clients = {&client};
  StartPublishing(client);
  client.Send(RtmpClientBytes().CreateStream().Publish("cam", 2));
  REQUIRE(client.Gets("NetStream.Publish.BadName"));
  CHECK(client.connection->publisher_count() == 1);
}

TEST_CASE_METHOD(Takeovers, "who may not publish does not take over") {
  Client old(*this);
  Client outside(*this, "8.8.8.8");
  clients = {&old, &outside};
  StartPublishing(old);
  outside.Send(RtmpClientBytes().Handshake().Connect().CreateStream().Publish("cam"));
  REQUIRE(outside.Gets("NetStream.Publish.Denied"));
  CHECK(counters.publishes_taken_over == 0);
}

TEST_CASE_METHOD(Publishing, "after a takeover time goes on behind what was presented") {
  Receive(VideoHeader());
  Receive(AudioHeader());
  Receive(Picture(1000, true, 200));
  Receive(Sound(1000));
  auto pictures = Packets(media::MediaKind::kVideo);
  auto sounds = Packets(media::MediaKind::kAudio);
  publish.OnTakenOver();
  Receive(VideoHeader());
  Receive(AudioHeader());
  Receive(Picture(50, true, 40), 1ms);
  Receive(Sound(50), 1ms);
  auto picture = Packets(media::MediaKind::kVideo).back();
  auto sound = Packets(media::MediaKind::kAudio).back();
  // 200 ms was the last presentation time, and 25 ms go between.
  CHECK(picture->rtp_timestamp - pictures.back()->rtp_timestamp == (25 + 40) * 90);
  CHECK(sound->rtp_timestamp - sounds.back()->rtp_timestamp == 225 * 44'100 / 1000);
  CHECK(sound->ssrc == sounds.back()->ssrc);
}

TEST_CASE_METHOD(Publishing, "after a takeover with another sample rate sound does not go back") {
  Receive(AudioHeader(test::Hex("1190")));  // 48 kHz
  for (uint32_t i = 0; i < 100; ++i) Receive(Sound(i * 21), i * 21ms);
  auto before = Packets(media::MediaKind::kAudio).back();
  publish.OnTakenOver();
  Receive(AudioHeader());  // 44.1 kHz
  Receive(Sound(0), 2200ms);
  auto after = Packets(media::MediaKind::kAudio).back();
  CHECK(static_cast<int32_t>(after->rtp_timestamp - before->rtp_timestamp) > 0);
  CHECK(Track(media::MediaKind::kAudio).clock_rate == 44'100);
  CHECK(after->payload_type != before->payload_type);
}

TEST_CASE_METHOD(Publishing, "what the publisher before had and the next has not is removed") {
  Receive(VideoHeader());
  Receive(AudioHeader());
  publish.OnTakenOver();
  Receive(VideoHeader(OtherAvcConfiguration()));
  Receive(Sound(0));  // without its header
  CHECK(counters.early_messages == 1);
  publish.RemoveTracksOfOther();
  REQUIRE(publication.description()->tracks.size() == 1);
  CHECK(publication.description()->tracks[0].codec_config == OtherAvcConfiguration());
}

}  // namespace
}  // namespace sluice::ingest
