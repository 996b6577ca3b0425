// What a player may ask for while it plays, and what it is told besides media.
#include <catch2/catch.hpp>

#include "tests/unit/ingest/connections.h"

namespace sluice::ingest {
namespace {

constexpr auto kVideo = rtmp::MessageType::kVideo;
constexpr auto kAudio = rtmp::MessageType::kAudio;
constexpr auto kData = rtmp::MessageType::kDataAmf0;

struct OnePlayer : Connections {
  // A stream of both tracks with a key frame, and a player that has it.
  void Start() {
    StartPublishing(publisher);
    publisher.Send(VideoHeader());
    publisher.Send(AudioHeader());
    publisher.Send(Picture(0, true));
    StartPlaying(player);
    REQUIRE(RunUntil([&] { return player.Count(kVideo) == 2; }));
  }
  void Ask(std::string_view command, bool on) {
    player.Send(RtmpClientBytes().Command(command, 0, {amf::Null(), on, 0}, 1));
  }
  // Until the daemon has taken everything that was sent.
  void Settle() {
    uint64_t before = counters.received_messages;
    publisher.Send(Sound(90'000));
    REQUIRE(RunUntil([&] { return counters.received_messages > before; }));
  }
  Client publisher{*this};
  Client player{*this};
};

TEST_CASE_METHOD(OnePlayer, "a paused player gets nothing, and goes on with a key frame") {
  Start();
  Ask("pause", true);
  REQUIRE(player.Gets("NetStream.Pause.Notify"));
  player.messages.clear();
  publisher.Send(Picture(40, false));
  publisher.Send(Picture(80, true));
  publisher.Send(Sound(90));
  publisher.Send(Picture(120, false));
  REQUIRE(RunUntil([&] { return counters.received_messages == 7; }));
  CHECK(player.Count(kVideo) + player.Count(kAudio) == 0);

  Ask("pause", false);
  REQUIRE(player.Gets("NetStream.Unpause.Notify"));
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 3; }));
  auto video = player.Messages(kVideo);
  CHECK(video[0].payload == VideoHeader().payload);
  CHECK(video[1].payload == Picture(80, true).payload);
  CHECK(video[2].payload == Picture(120, false).payload);
  CHECK(player.Count(kAudio) == 2);
  publisher.Send(Picture(160, false));
  CHECK(RunUntil([&] { return player.Count(kVideo) == 4; }));
}

TEST_CASE_METHOD(OnePlayer,
                 "after a short pause the group begins again, but time does not go back") {
  Start();
  publisher.Send(Picture(400, false));
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 3; }));
  uint32_t last = player.Messages(kVideo).back().timestamp;
  Ask("pause", true);
  REQUIRE(player.Gets("NetStream.Pause.Notify"));
  publisher.Send(Picture(440, false));
  REQUIRE(RunUntil([&] { return counters.received_messages == 5; }));
  player.messages.clear();
  Ask("pause", false);
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 4; }));
  auto video = player.Messages(kVideo);
  CHECK(video[1].payload == Picture(0, true).payload);
  CHECK(video[1].timestamp == last);
  CHECK(video[2].timestamp == last);
  CHECK(video[3].timestamp == last + 40);
}

TEST_CASE_METHOD(OnePlayer, "a player without sound gets none, until it wants it again") {
  Start();
  Ask("receiveAudio", false);
  publisher.Send(Sound(23));
  Settle();
  CHECK(player.Count(kAudio) <= 2);
  player.messages.clear();
  publisher.Send(Sound(46));
  publisher.Send(Picture(60, false));
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 1; }));
  CHECK(player.Count(kAudio) == 0);
  Ask("receiveAudio", true);
  REQUIRE(player.Gets("NetStream.Seek.Notify"));
  publisher.Send(Sound(69));
  CHECK(RunUntil([&] { return player.Count(kAudio) == 1; }));
}

TEST_CASE_METHOD(OnePlayer, "a player that wants pictures again gets them from a key frame on") {
  Start();
  Ask("receiveVideo", false);
  Ask("receiveVideo", true);
  REQUIRE(player.Gets("NetStream.Seek.Notify"));
  player.messages.clear();
  publisher.Send(Picture(40, false));
  publisher.Send(Picture(80, true));
  publisher.Send(Picture(120, false));
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 2; }));
  CHECK(player.Messages(kVideo)[0].payload == Picture(80, true).payload);
}

TEST_CASE_METHOD(OnePlayer, "a joiner without a cached key frame waits for the next one") {
  StartPublishing(publisher);
  publisher.Send(VideoHeader());
  publisher.Send(Picture(0, true));
  // A minute without another key frame: the group is dropped after 15 s.
  for (uint32_t i = 1; i <= 1500; ++i) publisher.Send(Picture(i * 40, false));
  REQUIRE(RunUntil([&] { return counters.received_messages == 1502; }));
  StartPlaying(player);
  publisher.Send(Picture(60'040, false));
  publisher.Send(Picture(60'080, true));
  publisher.Send(Picture(60'120, false));
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 3; }));
  CHECK(player.Messages(kVideo)[1].payload == Picture(60'080, true).payload);
}

TEST_CASE_METHOD(OnePlayer, "metadata reach players, completed with what is known") {
  StartPublishing(publisher);
  publisher.Send(RtmpClientBytes().Metadata(amf::MakeEcmaArray(
      {{"title", "A stream"}, {"width", 1}, {"videocodecid", 7}, {"audiocodecid", 10}})));
  publisher.Send(VideoHeader());
  StartPlaying(player);
  auto last = [&]() -> amf::Value {
    auto data = player.Messages(kData);
    auto values = rtmp::ParseData(data.back());
    return values.ok() && values->size() > 1 ? values->at(1) : amf::Value();
  };
  REQUIRE(RunUntil([&] { return player.Count(kVideo) == 1; }));
  CHECK(last().Find("title")->text() == "A stream");
  CHECK(last().Find("width")->number(0) == 640);
  CHECK(last().Find("audiocodecid") == nullptr);  // it has not come
  publisher.Send(RtmpClientBytes().Metadata(amf::MakeEcmaArray({{"title", "Another"}})));
  REQUIRE(RunUntil([&] {
    const amf::Value metadata = last();
    const amf::Value* title = metadata.Find("title");
    return title != nullptr && title->text() == "Another";
  }));
}

TEST_CASE_METHOD(OnePlayer, "other data messages of the publisher reach players") {
  Start();
  player.messages.clear();
  amf::Object text = amf::MakeObject({{"text", "hello"}});
  publisher.Send(RtmpClientBytes().Add(rtmp::DataMessage({"onTextData", text}, 1)));
  REQUIRE(RunUntil([&] { return player.Count(kData) == 1; }));
  CHECK(*rtmp::ParseData(player.Messages(kData)[0]) == std::vector<amf::Value>{"onTextData", text});
}

TEST_CASE_METHOD(OnePlayer, "metadata too long to be passed on are left out") {
  Start();
  player.messages.clear();
  amf::EcmaArray metadata;
  for (int i = 0; i < 4; ++i) metadata.properties.push_back({"a", std::string(16'000, 'x')});
  publisher.Send(RtmpClientBytes().Metadata(metadata));
  Settle();
  CHECK(player.Count(kData) == 1);
  // Over the bound of a command: it cannot even be read.
  metadata.properties.push_back({"a", std::string(16'000, 'x')});
  publisher.Send(RtmpClientBytes().Metadata(metadata));
  Settle();
  CHECK(player.Count(kData) == 1);
}

}  // namespace
}  // namespace sluice::ingest
