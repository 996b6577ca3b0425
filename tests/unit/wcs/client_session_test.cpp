#include "libs/wcs/client_session.h"

#include <catch2/catch.hpp>
#include <string>

#include "libs/wcs/info.h"
#include "tests/unit/wcs/session_fixture.h"

namespace sluice::wcs {
namespace {

using Fixture = SessionFixture;

TEST_CASE_METHOD(Fixture, "connection is answered by getUserData with the echo and a new token") {
  std::string out = Message("connection", R"({"appKey":"defaultApp","sipLogin":"7"})");
  CHECK(Has(out, R"("message":"getUserData")"));
  CHECK(Has(out, R"("authToken":"0102030405060708090a0b0c0d0e0f10")"));
  CHECK(Has(out, R"("sipLogin":"7")"));
  CHECK(session.connected());
}

TEST_CASE_METHOD(Fixture, "a second connection on the socket is a fail and changes nothing") {
  Connect();
  std::string token = session.auth_token();
  std::string out = Message("connection", "{}");
  CHECK(Has(out, R"("message":"fail")"));
  CHECK(Has(out, "<Refused connection>"));
  CHECK(session.auth_token() == token);
}

TEST_CASE_METHOD(Fixture, "availableStream is answered with a string") {
  Connect();
  CHECK(Message("availableStream", R"({"mediaSessionId":"q","name":"cam"})") == "<LookUp cam>\n");
  session.OnStreamLookedUp({"q", "cam"}, true);
  CHECK(Has(Take(), R"("status":"true")"));
  session.OnStreamLookedUp({"q", "cam"}, false);
  std::string out = Take();
  CHECK(Has(out, R"("id":"q")"));
  CHECK(Has(out, R"("status":"false")"));
  CHECK(Has(out, info::kStreamNotFound));
}

TEST_CASE_METHOD(Fixture, "what this server cannot do is refused in the way the SDK hears") {
  Connect();
  std::string out = Message("call", R"({"callId":"c"})");
  CHECK(Has(out, R"("message":"finish")"));
  CHECK(Has(out, R"("status":"FAILED")"));
  CHECK(Has(Message("sendData", R"({"operationId":"o"})"), R"("message":"DataStatusEvent")"));
  CHECK(Has(Message("snapshot", R"({"mediaSessionId":"s"})"), "snapshotFailed"));
  CHECK(Has(Message("pushLogs", R"({"logs":"x"})"), R"("apiMethod":"pushLogs")"));
}

TEST_CASE_METHOD(Fixture, "every server message carries a data array") {
  Connect();
  for (const std::string& out :
       {Message("ping", "null"), Message("call", R"({"callId":"c"})"), Play("")}) {
    CHECK(Has(out, "\"data\":["));
  }
}

TEST_CASE_METHOD(Fixture, "keep-alive: a ping every 5 s, the end after 10 without a pong") {
  Connect();
  for (int i = 1; i <= 10; ++i) {
    now += 5s;
    session.OnTick(now - 1ms);
    CHECK(Take().empty());
    session.OnTick(now);
    CHECK(Has(Take(), R"("message":"ping")"));
  }
  session.OnTick(now + 5s);
  CHECK(Has(Take(), "<Close Terminated by keep-alive>"));
}

TEST_CASE_METHOD(Fixture, "keep-alive: one pong is worth ten more pings") {
  Connect();
  for (int i = 0; i < 35; ++i) {
    now += 5s;
    session.OnTick(now);
    CHECK(Has(Take(), R"("message":"ping")"));
    if (i % 9 == 8) Message("pong", "null");
  }
}

TEST_CASE_METHOD(Fixture, "a malformed message is answered by fail and closes the socket") {
  Connect();
  std::string out = Say("not json");
  CHECK(Has(out, R"("message":"fail")"));
  CHECK(Has(out, "<Close"));
  CHECK(Play("id-1").empty());
}

TEST_CASE_METHOD(Fixture, "connection: everything but secrets comes back, ours is added") {
  std::string out = Message(
      "connection",
      R"({"appKey":"demoApp","mediaProviders":["WebRTC","MSE"],"clientVersion":"2.0",)"
      R"("clientOSVersion":"5.0 X11","keepAlive":true,"authToken":"old","password":"p",)"
      R"("sipPassword":"s","sipPort":"5060","clientInfo":{"mobile":false,"brands":[]},)"
      R"("custom":{"login":"anna","token":{"deep":[1,2]}},"sessionId":"forged","nodeId":"forged"})");
  for (std::string_view part :
       {R"("appKey":"demoApp")", R"("mediaProviders":["WebRTC","MSE"])", R"("clientVersion":"2.0")",
        R"("keepAlive":true)", R"("custom":{"login":"anna","token":{"deep":[1,2]}})",
        R"("clientInfo":{"brands":[],"mobile":false})", R"("sipPort":"5060")",
        R"("sessionId":"/c:1/s:2")", R"("nodeId":"gw")",
        R"("authToken":"0102030405060708090a0b0c0d0e0f10")"}) {
    CHECK(Has(out, part));
  }
  for (std::string_view secret : {"old", "password", "sipPassword", "forged"}) {
    CHECK_FALSE(Has(out, secret));
  }
}

TEST_CASE_METHOD(Fixture, "connection without anything: the default application") {
  for (std::string_view data : {"{}", "null", "[]", "7"}) {
    Fixture fresh;
    std::string out = fresh.Message("connection", data);
    CHECK(Has(out, R"("message":"getUserData")"));
    CHECK(Has(out, R"("appKey":"defaultApp")"));
    CHECK(fresh.session.app_key() == "defaultApp");
  }
}

TEST_CASE_METHOD(Fixture, "data of another type, or missing, counts as absent") {
  Connect();
  for (std::string_view text :
       {R"({"message":"playStream"})", R"({"message":"playStream","data":null})",
        R"({"message":"playStream","data":5})", R"({"message":"playStream","data":"x"})",
        R"({"message":"playStream","data":{"mediaSessionId":"a"}})",
        R"({"message":"playStream","data":[]})", R"({"message":"playStream","data":[[1]]})",
        R"({"message":"playStream","data":[{"mediaSessionId":7}]})"}) {
    std::string out = Say(text);
    CHECK(Has(out, info::kMediaSessionIdNull));
    CHECK(Has(out, "<Refused playStream>"));
  }
  CHECK(Play("id-1") == "<Play id-1 cam>\n");
}

TEST_CASE_METHOD(Fixture, "no connection message in time: the socket is closed") {
  session.OnTick(now + 9s);
  CHECK_FALSE(Has(Take(), "<Close"));
  CHECK(session.next_tick() == Instant{Duration(0)} + 10s);
  session.OnTick(now + 10s);
  CHECK(Has(Take(), "<Close No connection message in time>"));
  Fixture connected;
  connected.Connect();
  connected.session.OnTick(now + 10s);
  CHECK_FALSE(Has(connected.Take(), "<Close"));
}

}  // namespace
}  // namespace sluice::wcs
