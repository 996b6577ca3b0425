#include <catch2/catch.hpp>

#include "tests/support/hex.h"
#include "tests/unit/rtmp/session.h"

namespace sluice::rtmp {
namespace {

using test::Hex;
using test::RtmpClientBytes;

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("Commands out of order end the connection with an error status") {
  struct Case {
    const char* name;
    RtmpClientBytes bytes;
    absl::StatusCode code;
    Codes codes = {"NetConnection.Connect.Rejected"};
  };
  auto connected = [] { return RtmpClientBytes().Handshake().Connect(); };
  Case cases[] = {
      {"createStream before connect",
       RtmpClientBytes().Handshake().CreateStream(),
       absl::StatusCode::kFailedPrecondition,
       {"NetConnection.Connect.Rejected", "NetConnection.Connect.Rejected"}},
      {"connect twice", connected().Connect(), absl::StatusCode::kFailedPrecondition},
      {"publish without createStream", connected().Publish("cam"),
       absl::StatusCode::kFailedPrecondition},
      {"play without createStream", connected().Play("cam"), absl::StatusCode::kFailedPrecondition},
      {"a command that is not AMF0",
       connected().Add({MessageType::kCommandAmf0, 0, 0, Hex("02ffff")}),
       absl::StatusCode::kInvalidArgument},
  };
  for (Case& one : cases) {
    INFO(one.name);
    Session session;
    CHECK(session.Receive(one.bytes).code() == one.code);
    CHECK(session.Codes() == one.codes);
  }
}

TEST_CASE("A command out of order on a connection that stands is told as its end") {
  Session session;
  session.Connected();
  CHECK(session.Receive(RtmpClientBytes().Connect()).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(session.Codes() == Codes{"NetConnection.Connect.Closed"});
}

TEST_CASE("Values nested without end, and messages of 16 MB, end the connection") {
  for (bool amf3 : {false, true}) {
    Bytes nested = amf3 ? Hex("00 02 0001 78 00 0000000000000000 11") : Hex("02 0001 78");
    for (int i = 0; i < 10'000; ++i) {
      for (uint8_t byte : amf3 ? Hex("09 03 01") : Hex("03 0001 61")) nested.push_back(byte);
    }
    Session session;
    session.Connected();
    MessageType type = amf3 ? MessageType::kCommandAmf3 : MessageType::kCommandAmf0;
    CHECK(session.Receive(RtmpClientBytes().Add({type, 0, 0, nested})).code() ==
          absl::StatusCode::kResourceExhausted);
    CHECK(session.Codes() == Codes{"NetConnection.Connect.Closed"});
  }
  Session session;
  session.Publishing();
  CHECK(session.Receive(Hex("06 000000 ffffff 09 01000000")).code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("Bytes that are not RTMP end the connection without an answer") {
  Session session;
  CHECK(session.Receive(AsBytes("GET / HTTP/1.1\r\n")).code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(session.protocol.TakeOutput().empty());
}

TEST_CASE("Data messages that cannot be read or have no stream are ignored") {
  Session session;
  session.Publishing();
  REQUIRE(session
              .Receive(RtmpClientBytes()
                           .Add({MessageType::kDataAmf0, 0, 1, Hex("02ffff")})
                           .Add(DataMessage({"onMetaData"}, 1))
                           .Add(DataMessage({"onMetaData", 5}, 1))
                           .Add(DataMessage({"@setDataFrame"}, 1))
                           .Add(DataMessage({"onMetaData", amf::Object()}, 2))
                           .Add({MessageType::kAggregate, 0, 1, Hex("00")}))
              .ok());
  CHECK(session.events.empty());
  CHECK(session.protocol.ignored_messages() == 6);
  REQUIRE(
      session.Receive(RtmpClientBytes().Add(DataMessage({"onMetaData", amf::Object()}, 1))).ok());
  CHECK(session.events.size() == 1);
}

TEST_CASE("Names longer than the bound are cut to it") {
  Session session;
  session.Connected();
  REQUIRE(session.Receive(RtmpClientBytes().CreateStream().Publish(std::string(5000, 'x'))).ok());
  CHECK(std::get<PublishEvent>(session.events.at(0)).name.size() == kMaxName);
}

}  // namespace sluice::rtmp
