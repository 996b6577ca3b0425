#include "libs/rtmp/server_protocol.h"

#include <catch2/catch.hpp>

#include "libs/rtmp/control.h"
#include "tests/support/hex.h"
#include "tests/unit/rtmp/session.h"

namespace sluice::rtmp {
namespace {

using test::Hex;
using test::RtmpClientBytes;

using Codes = std::vector<std::string>;

Bytes WholePublishing() {
  return RtmpClientBytes()
      .Handshake()
      .Connect()
      .Command("releaseStream", 2, {amf::Null(), "cam"})
      .Command("FCPublish", 3, {amf::Null(), "cam"})
      .CreateStream()
      .Publish("cam?key=1")
      .Metadata(amf::MakeEcmaArray({{"width", 640}}))
      .Media(MessageType::kVideo, 0, Hex("1700000000"))
      .Media(MessageType::kAudio, 23, Hex("af0021"))
      .DeleteStream()
      .Take();
}

std::string Describe(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    text += std::to_string(event.index());
    if (const auto* media = std::get_if<MediaEvent>(&event)) {
      text += "@" + std::to_string(media->timestamp) + "x" + std::to_string(media->payload.size());
    }
    if (const auto* publish = std::get_if<PublishEvent>(&event)) text += publish->name;
    text += " ";
  }
  return text;
}

}  // namespace

TEST_CASE("RTMP 7.2.1.1: connect tells app, query and client, and is answered with success") {
  Session session;
  REQUIRE(session.Receive(RtmpClientBytes().Handshake().Connect("live/?token=7")).ok());
  REQUIRE(session.events.size() == 1);
  const auto& connect = std::get<ConnectEvent>(session.events[0]);
  CHECK(connect.app == "live");
  CHECK(connect.query == "token=7");
  CHECK(connect.flash_version == "FMLE/3.0 (test)");
  CHECK(connect.tc_url == "rtmp://127.0.0.1/live");

  session.protocol.AcceptConnect();
  std::vector<Message> answers = session.Answers();
  REQUIRE(answers.size() == 4);
  CHECK(answers[0].type == MessageType::kWindowAckSize);
  CHECK(answers[1].type == MessageType::kSetPeerBandwidth);
  CHECK(ControlValue(answers[2]) == kOutChunkSize);
  Command result = *ParseCommand(answers[3]);
  CHECK(result.name == "_result");
  CHECK(result.transaction_id == 1);
  CHECK(result.argument(1).Find("code")->text() == "NetConnection.Connect.Success");
  CHECK(result.argument(1).Find("objectEncoding")->number(-1) == 0);
}

TEST_CASE("A rejected connect is answered with an error, and commands after it with nothing") {
  Session session;
  REQUIRE(session.Receive(RtmpClientBytes().Handshake().Connect()).ok());
  session.protocol.RejectConnect("no");
  CHECK(session.Codes() == Codes{"NetConnection.Connect.Rejected"});
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream()).ok());
  CHECK(session.Answers().empty());
}

TEST_CASE("RTMP 7.2.1.3: createStream gives the lowest free id, up to the bound") {
  Session session;
  session.Connected();
  for (int expected = 1; expected <= 8; ++expected) {
    REQUIRE(session.Receive(RtmpClientBytes().CreateStream()).ok());
    CHECK(session.Commands().at(0).argument(1).number(0) == expected);
  }
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream()).ok());
  CHECK(session.Commands().at(0).name == "_error");
  REQUIRE(session.Receive(RtmpClientBytes().DeleteStream(3).CreateStream()).ok());
  CHECK(session.Commands().at(0).argument(1).number(0) == 3);
}

TEST_CASE("RTMP 7.2.2.6: publish is asked for, accepted, and media follow") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Publish("cam?key=1")).ok());
  REQUIRE(session.events.size() == 1);
  CHECK(std::get<PublishEvent>(session.events[0]).name == "cam");
  CHECK(std::get<PublishEvent>(session.events[0]).query == "key=1");
  session.Answers();
  session.protocol.AcceptPublish(1);
  CHECK(session.Codes() == Codes{"NetStream.Publish.Start"});

  session.events.clear();
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Metadata(amf::MakeEcmaArray({{"width", 640}}))
                           .Media(MessageType::kVideo, 40, Hex("1701")))
              .ok());
  REQUIRE(session.events.size() == 2);
  CHECK(std::get<MetadataEvent>(session.events[0]).metadata.Find("width")->number(0) == 640);
  const auto& media = std::get<MediaEvent>(session.events[1]);
  CHECK(media.type == MessageType::kVideo);
  CHECK(media.timestamp == 40);
  CHECK(media.payload == Hex("1701"));
}

TEST_CASE("Media sent before publish is answered are not lost") {
  Session session;
  session.Connected();
  REQUIRE(session
              .Receive(RtmpClientBytes().CreateStream().Publish("cam").Media(MessageType::kVideo, 0,
                                                                             Hex("17")))
              .ok());
  CHECK(session.events.size() == 2);
}

TEST_CASE("A name that is taken is answered with BadName, and the stream may publish another") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Publish("cam")).ok());
  session.Answers();
  session.protocol.RejectPublish(1, status_code::kPublishBadName, "cam is taken");
  CHECK(session.Codes() == Codes{"NetStream.Publish.BadName"});
  session.events.clear();
  REQUIRE(session.Receive(RtmpClientBytes().Media(MessageType::kVideo, 0, Hex("17"))).ok());
  CHECK(session.events.empty());
  CHECK(session.protocol.ignored_messages() == 1);
  REQUIRE(session.Receive(RtmpClientBytes().Publish("cam2")).ok());
  CHECK(session.events.size() == 1);
}

TEST_CASE("FMLE's FCPublish is answered, again when publishing begins, and FCUnpublish ends it") {
  Session session;
  session.Connected();
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Command("FCPublish", 3, {amf::Null(), "cam"})
                           .CreateStream()
                           .Publish("cam"))
              .ok());
  CHECK(session.Commands().at(0).transaction_id == 3);
  session.protocol.AcceptPublish(1);
  std::vector<Command> commands = session.Commands();
  REQUIRE(commands.size() == 2);
  CHECK(commands[0].name == "onFCPublish");
  CHECK(commands[1].name == "onStatus");
  session.events.clear();
  REQUIRE(session.Receive(RtmpClientBytes().Command("FCUnpublish", 6, {amf::Null(), "cam"})).ok());
  REQUIRE(session.events.size() == 1);
  CHECK(std::get<StreamEndEvent>(session.events[0]).command == "FCUnpublish");
  CHECK(session.Commands().size() == 3);
}

TEST_CASE("RTMP 7.2.2.3: deleteStream and closeStream end what runs, once") {
  for (std::string command : {"deleteStream", "closeStream"}) {
    Session session;
    session.Publishing();
    uint32_t on_stream = command == "closeStream" ? 1 : 0;
    RtmpClientBytes bytes;
    bytes.Command(command, 0, {amf::Null(), 1}, on_stream)
        .Command(command, 0, {amf::Null(), 1}, on_stream);
    REQUIRE(session.Receive(bytes).ok());
    REQUIRE(session.events.size() == 1);
    CHECK(std::get<StreamEndEvent>(session.events[0]).command == command);
    CHECK(session.Codes() == Codes{"NetStream.Unpublish.Success"});
  }
}

TEST_CASE("A second publish on a message stream ends the first") {
  Session session;
  session.Publishing();
  REQUIRE(session.Receive(RtmpClientBytes().Publish("other")).ok());
  REQUIRE(session.events.size() == 2);
  CHECK(std::holds_alternative<StreamEndEvent>(session.events[0]));
  CHECK(std::get<PublishEvent>(session.events[1]).name == "other");
}

TEST_CASE("A stream taken from its publisher is told by an error status") {
  Session session;
  session.Publishing();
  session.protocol.EndPublish(1, status_code::kPublishBadName, "another publisher has the name");
  CHECK(session.Codes() == Codes{"NetStream.Publish.BadName"});
}

TEST_CASE("Answers that no longer fit the stream's state are ignored") {
  Session session;
  session.Connected();
  session.protocol.AcceptPublish(1);
  session.protocol.AcceptPlay(7);
  session.protocol.RejectPublish(1, status_code::kPublishBadName, "");
  session.protocol.RejectPlay(1, status_code::kPlayStreamNotFound, "");
  session.protocol.EndPlay(1, "");
  session.protocol.AcceptConnect();
  CHECK(session.Answers().empty());
}

TEST_CASE("RTMP 7.1.7: a ping request is answered with its timestamp, and ours is one") {
  Session session;
  session.Connected();
  REQUIRE(
      session
          .Receive(RtmpClientBytes().Add(ToMessage(UserControl{UserControlType::kPingRequest, 77})))
          .ok());
  session.protocol.Ping(5);
  std::vector<Message> answers = session.Answers();
  REQUIRE(answers.size() == 2);
  CHECK(ParseUserControl(answers[0])->type == UserControlType::kPingResponse);
  CHECK(ParseUserControl(answers[0])->value == 77);
  CHECK(ParseUserControl(answers[1])->type == UserControlType::kPingRequest);
}

TEST_CASE("RTMP 5.4.3: bytes are acknowledged within the window the peer asked for") {
  Session session;
  session.Publishing();
  REQUIRE(session.Receive(RtmpClientBytes().Add(WindowAckSize(10'000))).ok());
  session.Answers();
  uint64_t sent = 0;
  std::vector<uint32_t> acknowledged;
  for (int i = 0; i < 30; ++i) {
    Bytes bytes = RtmpClientBytes().Media(MessageType::kAudio, 0, Bytes(900, 0xaf)).Take();
    sent += bytes.size();
    REQUIRE(session.Receive(bytes).ok());
    for (const Message& message : session.Answers()) {
      CHECK(message.type == MessageType::kAcknowledgement);
      acknowledged.push_back(*ControlValue(message));
    }
  }
  REQUIRE(acknowledged.size() >= sent / 10'000);
  for (size_t i = 1; i < acknowledged.size(); ++i) {
    CHECK(acknowledged[i] - acknowledged[i - 1] <= 10'000);
  }
}

TEST_CASE("RTMP 5.4.5: a peer that limits our bandwidth is told our window") {
  Session session;
  session.Connected();
  REQUIRE(
      session
          .Receive(RtmpClientBytes().Add(SetPeerBandwidth(5'000'000, PeerBandwidthLimit::kDynamic)))
          .ok());
  CHECK(session.Answers().at(0).type == MessageType::kWindowAckSize);
}

TEST_CASE("Courtesies of clients are answered, unknown commands refused, results ignored") {
  Session session;
  session.Connected();
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Command("releaseStream", 2, {amf::Null(), "cam"})
                           .Command("getStreamLength", 3, {amf::Null(), "cam"})
                           .Command("_checkbw", 4, {amf::Null()})
                           .Command("launchRockets", 5, {amf::Null()})
                           .Command("launchRockets", 0, {amf::Null()})
                           .Command("_result", 6, {amf::Null()}))
              .ok());
  std::vector<Command> commands = session.Commands();
  REQUIRE(commands.size() == 4);
  CHECK(commands[0].name == "_result");
  CHECK(commands[1].argument(1).number(-1) == 0);
  CHECK(commands[2].name == "_result");
  CHECK(commands[3].name == "_error");
  CHECK(commands[3].transaction_id == 5);
  CHECK(session.protocol.ignored_messages() == 3);
}

TEST_CASE("RTMP 7.1.1: connect, createStream and publish in AMF3 are commands like any other") {
  auto amf3 = [](Bytes amf0) {
    amf0.insert(amf0.begin(), 0);
    return Message{MessageType::kCommandAmf3, 0, 0, std::move(amf0)};
  };
  Session session;
  // The command object in AMF3: a dynamic object with app and objectEncoding 3.
  Bytes connect =
      Hex("02 0007 636f6e6e656374 00 3ff0000000000000"
          "11 0a 0b 01 07 617070 06 09 6c697665 1d 6f626a656374456e636f64696e67 04 03 01");
  REQUIRE(session.Receive(RtmpClientBytes().Handshake().Add(amf3(connect))).ok());
  REQUIRE(session.events.size() == 1);
  CHECK(std::get<ConnectEvent>(session.events[0]).app == "live");
  session.protocol.AcceptConnect();
  session.Answers();
  Message publish = amf3(amf::SerializeValues({"publish", 3, amf::Null(), "cam", "live"}));
  publish.stream_id = 1;
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Add(amf3(amf::SerializeValues({"createStream", 2, amf::Null()})))
                           .Add(publish)
                           .Add({MessageType::kDataAmf3, 0, 1,
                                 Hex("00 02 000a 6f6e4d65746144617461"
                                     "11 0a 0b 01 0b 7769647468 04 8500 01")}))
              .ok());
  CHECK(session.Commands().at(0).argument(1).number(0) == 1);
  REQUIRE(session.events.size() == 3);
  CHECK(std::get<PublishEvent>(session.events[1]).name == "cam");
  CHECK(std::get<MetadataEvent>(session.events[2]).metadata.Find("width")->number(0) == 640);
}

TEST_CASE("RTMP 7.1.7: other user controls than pings need no answer") {
  Session session;
  session.Connected();
  // Set Buffer Length: stream 1, 3000 ms. And a type of the future.
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Add({MessageType::kUserControl, 0, 0, Hex("0003 00000001 00000bb8")})
                           .Add({MessageType::kUserControl, 0, 0, Hex("00ff 00000001")})
                           .Add({MessageType::kUserControl, 0, 0, Hex("00")}))
              .ok());
  CHECK(session.Answers().empty());
}

TEST_CASE("Other data messages of a publisher are told as they are") {
  Session session;
  session.Publishing();
  amf::Object text = amf::MakeObject({{"text", "hello"}});
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Add(DataMessage({"onTextData", text}, 1))
                           .Add(DataMessage({"@setDataFrame", "onCuePoint", text, 5}, 1))
                           .Add(DataMessage({"@clearDataFrame", "onMetaData"}, 1))
                           .Add(DataMessage({"|RtmpSampleAccess", true, true}, 1)))
              .ok());
  REQUIRE(session.events.size() == 2);
  CHECK(std::get<DataEvent>(session.events[0]).values ==
        std::vector<amf::Value>{"onTextData", text});
  CHECK(std::get<DataEvent>(session.events[1]).values ==
        std::vector<amf::Value>{"onCuePoint", text, 5});
}

TEST_CASE("Each split of a whole publishing session gives the same events") {
  Bytes bytes = WholePublishing();
  Session whole;
  REQUIRE(whole.Receive(bytes).ok());
  std::string expected = Describe(whole.events);
  CHECK(expected == "0 1cam 4 3@0x5 3@23x3 5 ");
  for (size_t split = 0; split <= bytes.size(); ++split) {
    Session session;
    REQUIRE(session.Receive(ByteView(bytes).first(split)).ok());
    REQUIRE(session.Receive(ByteView(bytes).subspan(split)).ok());
    CHECK(Describe(session.events) == expected);
  }
}

}  // namespace sluice::rtmp
