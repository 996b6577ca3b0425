#include <catch2/catch.hpp>

#include "libs/rtmp/control.h"
#include "tests/unit/rtmp/session.h"

namespace sluice::rtmp {
namespace {

using test::RtmpClientBytes;

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("RTMP 7.2.2.1: play is asked for, accepted, and ends with the stream") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Play("cam?x=y")).ok());
  REQUIRE(session.events.size() == 1);
  CHECK(std::get<PlayEvent>(session.events[0]).name == "cam");
  CHECK(std::get<PlayEvent>(session.events[0]).query == "x=y");
  session.Answers();

  session.protocol.AcceptPlay(1);
  std::vector<Message> answers = session.Answers();
  REQUIRE(answers.size() == 4);
  CHECK(ParseUserControl(answers[0])->type == UserControlType::kStreamBegin);
  CHECK(ParseUserControl(answers[0])->value == 1);
  CHECK(ParseCommand(answers[1])->argument(1).Find("code")->text() == "NetStream.Play.Reset");
  CHECK(ParseCommand(answers[2])->argument(1).Find("code")->text() == "NetStream.Play.Start");
  CHECK(ParseData(answers[3])->at(0).text() == "|RtmpSampleAccess");
  CHECK(answers[2].stream_id == 1);

  session.protocol.EndPlay(1, "the publisher has stopped");
  answers = session.Answers();
  REQUIRE(answers.size() == 3);
  CHECK(ParseCommand(answers[0])->argument(1).Find("code")->text() ==
        "NetStream.Play.UnpublishNotify");
  CHECK(ParseUserControl(answers[1])->type == UserControlType::kStreamEof);
}

TEST_CASE("A stream that is not there is answered with StreamNotFound") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Play("none")).ok());
  session.Answers();
  session.protocol.RejectPlay(1, status_code::kPlayStreamNotFound, "no such stream");
  CHECK(session.Codes() == Codes{"NetStream.Play.StreamNotFound"});
}

TEST_CASE("RTMP 7.2.2.8: pause is answered and told, both ways, while a stream is played") {
  Session session;
  session.Connected();
  auto pause = [](bool on) {
    return RtmpClientBytes().Command("pause", 0, {amf::Null(), on, 1234}, 1).Take();
  };
  REQUIRE(session.Receive(pause(true)).ok());  // nothing plays
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Play("cam")).ok());
  session.protocol.AcceptPlay(1);
  session.Answers();
  session.events.clear();

  REQUIRE(session.Receive(pause(true)).ok());
  std::vector<Message> answers = session.Answers();
  REQUIRE(answers.size() == 2);
  CHECK(ParseCommand(answers[0])->argument(1).Find("code")->text() == "NetStream.Pause.Notify");
  CHECK(answers[0].stream_id == 1);
  CHECK(ParseUserControl(answers[1])->type == UserControlType::kStreamEof);
  REQUIRE(session.Receive(pause(false)).ok());
  answers = session.Answers();
  REQUIRE(answers.size() == 2);
  CHECK(ParseUserControl(answers[0])->type == UserControlType::kStreamBegin);
  CHECK(ParseCommand(answers[1])->argument(1).Find("code")->text() == "NetStream.Unpause.Notify");
  REQUIRE(session.events.size() == 2);
  CHECK(std::get<PauseEvent>(session.events[0]).paused);
  CHECK_FALSE(std::get<PauseEvent>(session.events[1]).paused);
}

TEST_CASE("RTMP 7.2.2.4, 7.2.2.5: a player may do without sound or picture") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Play("cam")).ok());
  session.protocol.AcceptPlay(1);
  session.Answers();
  session.events.clear();
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Command("receiveAudio", 0, {amf::Null(), false}, 1)
                           .Command("receiveVideo", 0, {amf::Null(), true}, 1))
              .ok());
  CHECK(session.Codes() == Codes{"NetStream.Seek.Notify", "NetStream.Play.Start"});
  REQUIRE(session.events.size() == 2);
  CHECK(std::get<ReceiveEvent>(session.events[0]).type == MessageType::kAudio);
  CHECK_FALSE(std::get<ReceiveEvent>(session.events[0]).wanted);
  CHECK(std::get<ReceiveEvent>(session.events[1]).wanted);
}

TEST_CASE("RTMP 7.2.2.7: a live stream cannot be searched") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Play("cam")).ok());
  session.protocol.AcceptPlay(1);
  session.Answers();
  REQUIRE(session.Receive(RtmpClientBytes().Command("seek", 0, {amf::Null(), 5000}, 1)).ok());
  CHECK(session.Codes() == Codes{"NetStream.Seek.Failed"});
}

}  // namespace sluice::rtmp
