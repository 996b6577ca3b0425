#include "libs/wcs/client_session.h"

#include <catch2/catch.hpp>
#include <string>

#include "libs/base/text.h"
#include "libs/wcs/info.h"

namespace sluice::wcs {
namespace {

class CountingRandom final : public RandomSource {
 public:
  void Fill(std::span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = next_++;
  }

 private:
  uint8_t next_ = 1;
};

struct Fixture {
  CountingRandom random;
  Instant now{Duration(0)};
  ClientSession session{
      {.node_id = "gw", .session_id = "/c:1/s:2", .max_streams = 2}, random, Instant{Duration(0)}};

  // What goes to the client as one text, the other actions as "<Play id>" and so on.
  std::string Take() {
    std::string out;
    for (const Action& action : session.TakeActions()) {
      if (auto* send = std::get_if<SendText>(&action)) out += send->message + "\n";
      if (auto* play = std::get_if<StartPlay>(&action)) {
        out += "<Play " + play->request.media_session_id + " " + play->request.name + ">\n";
      }
      if (auto* stop = std::get_if<StopPlay>(&action)) {
        out += "<Stop " + stop->media_session_id + ">\n";
      }
      if (auto* look = std::get_if<LookUpStream>(&action)) {
        out += "<LookUp " + look->request.name + ">\n";
      }
      if (auto* close = std::get_if<CloseSocket>(&action)) out += "<Close " + close->reason + ">\n";
      if (auto* refusal = std::get_if<NoteRefusal>(&action)) {
        out += "<Refused " + refusal->method + ">\n";
      }
    }
    return out;
  }
  std::string Say(std::string_view text) {
    session.OnText(text);
    return Take();
  }
  std::string Message(std::string_view name, std::string_view argument) {
    return Say(StrCat("{\"message\":\"", name, "\",\"data\":[", argument, "]}"));
  }
  void Connect() { Message("connection", R"({"appKey":"defaultApp"})"); }
  std::string Play(std::string_view id) {
    return Message("playStream", StrCat(R"({"mediaSessionId":")", id,
                                        R"(","name":"cam","sdp":"v=0","mediaProvider":"WebRTC"})"));
  }
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

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

TEST_CASE_METHOD(Fixture, "play: taken without a word, answer, PLAYING, stop, STOPPED") {
  Connect();
  std::string out = Play("id-1");
  CHECK(out == "<Play id-1 cam>\n");
  CHECK(session.Streams().front().status == StreamStatus::kPending);

  session.OnPlayAnswered("id-1", "v=0\r\nanswer");
  CHECK(Has(Take(), R"({"data":["id-1","v=0\r\nanswer"],"message":"setRemoteSDP"})"));
  session.OnPlaying("id-1", {});
  CHECK(Has(Take(), R"("status":"PLAYING")"));
  session.OnPlaying("id-1", {});
  CHECK(Take().empty());

  out = Message("stopStream", R"({"mediaSessionId":"id-1","name":"cam"})");
  CHECK(Has(out, "<Stop id-1>"));
  CHECK(Has(out, R"("status":"STOPPED")"));
  CHECK(Has(out, info::kStoppedByUser));
  CHECK(session.Streams().empty());
}

TEST_CASE_METHOD(Fixture, "the missing stream and the gone publisher have the SDK's own words") {
  Connect();
  Play("a");
  Play("b");
  session.OnPlayEnded("a", StreamStatus::kFailed, info::kStreamNotFound);
  std::string out = Take();
  CHECK(Has(out, R"("info":"Stream not found")"));
  CHECK(Has(out, R"("status":"FAILED")"));
  session.OnPlayEnded("b", StreamStatus::kStopped, info::kStoppedByPublisherStop);
  out = Take();
  CHECK(Has(out, R"("info":"Stopped by publisher stop")"));
  CHECK(Has(out, R"("status":"STOPPED")"));
}

TEST_CASE_METHOD(Fixture,
                 "a play that is stopped while pending ends at once; a late answer is lost") {
  Connect();
  Play("id-1");
  std::string out = Message("stopStream", R"({"mediaSessionId":"id-1"})");
  CHECK(Has(out, "<Stop id-1>"));
  CHECK(Has(out, "STOPPED"));
  session.OnPlayAnswered("id-1", "v=0");
  session.OnPlaying("id-1", {});
  session.OnPlayEnded("id-1", StreamStatus::kFailed, "late");
  CHECK(Take().empty());
}

TEST_CASE_METHOD(Fixture, "stopping what is not there still ends in a status") {
  Connect();
  CHECK(Has(Message("stopStream", R"({"mediaSessionId":"x"})"), "STOPPED"));
}

TEST_CASE_METHOD(Fixture, "play before connection, without id, twice, or too often is refused") {
  CHECK(Has(Play("id-1"), info::kSessionNotReady));
  Connect();
  CHECK(Has(Play(""), info::kMediaSessionIdNull));
  Play("id-1");
  std::string out = Play("id-1");
  CHECK(Has(out, R"("apiMethod":"playStream")"));  // a warning: the running stream goes on
  CHECK_FALSE(Has(out, "notifyStreamStatusEvent"));
  Play("id-2");
  out = Play("id-3");
  CHECK(Has(out, "FAILED"));
  CHECK_FALSE(Has(out, "<Play"));
  CHECK(session.Streams().size() == 2);
}

TEST_CASE_METHOD(Fixture, "a media provider other than WebRTC fails the stream") {
  Connect();
  std::string out =
      Message("playStream", R"({"mediaSessionId":"m","name":"cam","mediaProvider":"MSE"})");
  CHECK(Has(out, "FAILED"));
  CHECK_FALSE(Has(out, "<Play"));
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
  std::string out = Message("publishStream", R"({"mediaSessionId":"p","name":"me","sdp":"v=0"})");
  CHECK(Has(out, R"("message":"notifyStreamStatusEvent")"));
  CHECK(Has(out, R"("status":"FAILED")"));
  CHECK(Has(out, R"("mediaSessionId":"p")"));
  out = Message("call", R"({"callId":"c"})");
  CHECK(Has(out, R"("message":"finish")"));
  CHECK(Has(out, R"("status":"FAILED")"));
  CHECK(Has(Message("sendData", R"({"operationId":"o"})"), R"("message":"DataStatusEvent")"));
  CHECK(Has(Message("snapshot", R"({"mediaSessionId":"s"})"), "snapshotFailed"));
  CHECK(Has(Message("pushLogs", R"({"logs":"x"})"), R"("apiMethod":"pushLogs")"));
  CHECK(Has(Message("unPublishStream", R"({"mediaSessionId":"p"})"), "FAILED"));
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

TEST_CASE_METHOD(Fixture, "several streams: one is stopped, the other goes on") {
  Connect();
  Play("a");
  Play("b");
  session.OnPlaying("a", {});
  session.OnPlaying("b", {});
  Take();
  CHECK(Has(Message("stopStream", R"({"mediaSessionId":"a"})"), "<Stop a>"));
  REQUIRE(session.Streams().size() == 1);
  CHECK(session.Streams().front().media_session_id == "b");
  CHECK(session.Streams().front().status == StreamStatus::kPlaying);
  // Stopped twice: an end again, and nobody else is touched.
  std::string out = Message("stopStream", R"({"mediaSessionId":"a"})");
  CHECK(Has(out, "STOPPED"));
  CHECK_FALSE(Has(out, "<Stop"));
  session.OnPlayEnded("b", StreamStatus::kStopped, info::kStoppedByPublisherStop);
  CHECK(Has(Take(), R"("mediaSessionId":"b")"));
}

TEST_CASE_METHOD(Fixture,
                 "PLAYING says what is played, and the size of the picture comes with it") {
  Connect();
  Play("a");
  session.OnPlaying("a", {.has_audio = false, .width = 640, .height = 360});
  std::string out = Take();
  CHECK(Has(out, R"("hasAudio":false)"));
  CHECK(Has(out, R"("width":640)"));
  CHECK(Has(out, R"("type":"resize")"));
  CHECK(Has(out, R"("payload":{"streamerVideoHeight":360,"streamerVideoWidth":640})"));
  CHECK_FALSE(Has(out, "original"));
  Play("b");
  session.OnPlaying("b", {});
  CHECK_FALSE(Has(Take(), "resize"));
}

TEST_CASE_METHOD(Fixture,
                 "another size or bitrate than the original's is said to be not available") {
  Connect();
  Message("playStream", R"({"mediaSessionId":"a","name":"cam","width":320,"height":240})");
  session.OnPlaying("a", {.width = 640, .height = 360});
  CHECK(Has(Take(), info::kOriginalPlayed));
  Message("playStream", R"({"mediaSessionId":"b","name":"cam","width":640,"height":360})");
  session.OnPlaying("b", {.width = 640, .height = 360});
  CHECK_FALSE(Has(Take(), info::kOriginalPlayed));
}

TEST_CASE_METHOD(Fixture, "when the socket has gone, all players are stopped") {
  Connect();
  Play("a");
  Play("b");
  session.OnSocketClosed();
  std::string out = Take();
  CHECK(Has(out, "<Stop a>"));
  CHECK(Has(out, "<Stop b>"));
  session.OnPlayAnswered("a", "v=0");
  CHECK(Take().empty());
}

}  // namespace
}  // namespace sluice::wcs
