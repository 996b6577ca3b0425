#include <catch2/catch.hpp>
#include <string>

#include "libs/wcs/client_streams.h"
#include "libs/wcs/info.h"
#include "tests/unit/wcs/session_fixture.h"

namespace sluice::wcs {
namespace {

struct Fixture : SessionFixture {
  Fixture() { Connect(); }
  std::string Tell(std::string_view id, std::string_view rest) {
    return Message("sendStreamEvent", StrCat(R"({"mediaSessionId":")", id, "\",", rest, "}"));
  }
};

TEST_CASE_METHOD(Fixture, "publish: taken without a word, answer, PUBLISHING, UNPUBLISHED") {
  CHECK(Publish("p") == "<Publish p me>\n");
  CHECK(session.Streams().front().status == StreamStatus::kPending);
  session.OnAnswered("p", "v=0\r\nanswer");
  CHECK(Has(Take(), R"({"data":["p","v=0\r\nanswer"],"message":"setRemoteSDP"})"));
  session.OnStarted("p");
  std::string out = Take();
  CHECK(Has(out, R"("status":"PUBLISHING")"));
  CHECK(Has(out, R"("mediaType":"publish")"));
  CHECK(Has(out, R"("published":true)"));
  CHECK_FALSE(Has(out, "audioState"));
  session.OnStarted("p");
  CHECK(Take().empty());

  out = Message("unPublishStream", R"({"mediaSessionId":"p","name":"me"})");
  CHECK(Has(out, "<Stop p>"));
  CHECK(Has(out, R"("status":"UNPUBLISHED")"));
  CHECK(Has(out, info::kStoppedByUser));
  CHECK(session.Streams().empty());
}

TEST_CASE_METHOD(Fixture, "what was asked for comes back in the stream objects") {
  Publish("p", R"(,"minBitrate":300,"maxBitrate":900,"transport":"TCP","custom":{"name":"room"})");
  session.OnStarted("p");
  std::string out = Take();
  CHECK(Has(out, R"("minBitrate":300)"));
  CHECK(Has(out, R"("maxBitrate":900)"));
  CHECK(Has(out, R"("transport":"TCP")"));
  CHECK(Has(out, R"("custom":{"name":"room"})"));
  CHECK(Has(out, R"("record":false)"));
  CHECK_FALSE(Has(out, "\"info\""));
}

TEST_CASE_METHOD(Fixture, "a recording that is not made has no name, and the status says so") {
  std::string out = Publish("p", R"(,"record":true,"rtmpUrl":"rtmp://elsewhere/live")");
  CHECK(Has(out, "<Publish p me>"));
  CHECK(Has(out, "<Refused publishStream>"));
  session.OnStarted("p");
  out = Take();
  CHECK(Has(out, R"("record":true)"));
  CHECK_FALSE(Has(out, "recordName"));
  CHECK(Has(out, info::kNoRecording));
  CHECK(Has(out, info::kNoRepublishing));
}

TEST_CASE_METHOD(Fixture, "a publish that ends before it began is FAILED with the reason") {
  Publish("p");
  session.OnEnded("p", StreamStatus::kFailed, info::kStreamNameAlreadyInUse);
  std::string out = Take();
  CHECK(Has(out, R"("status":"FAILED")"));
  CHECK(Has(out, R"("info":"Stream name is already in use")"));
  session.OnStarted("p");
  session.OnAnswered("p", "late");
  CHECK(Take().empty());
}

TEST_CASE_METHOD(Fixture, "a publish that is stopped while pending is UNPUBLISHED at once") {
  Publish("p");
  std::string out = Message("unPublishStream", R"({"mediaSessionId":"p"})");
  CHECK(Has(out, "<Stop p>"));
  CHECK(Has(out, "UNPUBLISHED"));
  session.OnStarted("p");
  CHECK(Take().empty());
  CHECK(Has(Message("unPublishStream", R"({"mediaSessionId":"p"})"), "UNPUBLISHED"));
}

TEST_CASE_METHOD(Fixture, "unpublish after the end of the media is passed on: it was meant") {
  Publish("p");
  session.OnStarted("p");
  session.OnEnded("p", StreamStatus::kUnpublished, info::kStoppedByUser);
  Take();
  std::string out = Message("unPublishStream", R"({"mediaSessionId":"p","name":"me"})");
  CHECK(Has(out, "<Stop p>"));
  CHECK(Has(out, R"("status":"UNPUBLISHED")"));
}

TEST_CASE_METHOD(SessionFixture, "publish before connection, without id or twice is refused") {
  CHECK(Has(Publish("p"), info::kSessionNotReady));
  Connect();
  CHECK(Has(Publish(""), info::kMediaSessionIdNull));
  Publish("p");
  for (const std::string& out : {Publish("p"), Play("p")}) {
    CHECK(Has(out, info::kMediaSessionIdAlreadyInUse));
    CHECK(Has(out, R"("message":"fail")"));  // a warning: the running stream goes on
    CHECK_FALSE(Has(out, "notifyStreamStatusEvent"));
  }
}

TEST_CASE_METHOD(Fixture, "publishers and players count together") {
  Publish("p");
  Play("v");
  std::string out = Publish("q");
  CHECK(Has(out, info::kTooManyStreams));
  CHECK(Has(out, R"("published":true)"));
  CHECK_FALSE(Has(out, "<Publish"));
}

TEST_CASE_METHOD(Fixture, "events of a publisher go to the owner") {
  Publish("p");
  session.OnStarted("p");
  Take();
  CHECK(Tell("p", R"("type":"data","payload":{"count":1})") == "<Tell p data {\"count\":1}>\n");
  CHECK(Tell("p", R"("type":"videoMuted")") == "<Tell p videoMuted >\n");
}

TEST_CASE_METHOD(Fixture, "while pending a publisher can be muted, but not send data") {
  Publish("p");
  CHECK(Tell("p", R"("type":"audioMuted")") == "<Tell p audioMuted >\n");
  std::string out = Tell("p", R"("type":"data","payload":1)");
  CHECK(Has(out, info::kPublishStreamIsNotReady));
  CHECK(Has(out, R"("apiMethod":"sendStreamEvent")"));
}

TEST_CASE_METHOD(Fixture, "what is muted before it is published begins muted") {
  CHECK(Tell("p", R"("type":"audioMuted")").empty());
  CHECK(Tell("p", R"("type":"videoMuted")").empty());
  CHECK(Tell("p", R"("type":"audioUnmuted")").empty());
  CHECK(Publish("p") == "<Publish p me without picture>\n");
  CHECK(Publish("q") == "<Publish q me>\n");
  Message("unPublishStream", R"({"mediaSessionId":"p"})");
  CHECK(Publish("p") == "<Publish p me>\n");
}

TEST_CASE_METHOD(Fixture, "streams that are muted before they are published are bounded") {
  for (int i = 0; i < 16; ++i) CHECK(Tell(StrCat("id-", i), R"("type":"audioMuted")").empty());
  CHECK(Tell("id-0", R"("type":"videoMuted")").empty());
  CHECK(Has(Tell("one more", R"("type":"audioMuted")"), "<Refused sendStreamEvent>"));
  CHECK(Has(Tell("", R"("type":"audioMuted")"), "<Refused sendStreamEvent>"));
}

TEST_CASE_METHOD(Fixture, "events of players, of nobody, of unknown type or too long are refused") {
  Play("v");
  Publish("p");
  session.OnStarted("p");
  Take();
  std::string long_text(kMaxEventPayloadBytes - 1, 'x');
  for (const std::string& out :
       {Tell("v", R"("type":"data")"), Tell("nobody", R"("type":"data")"),
        Tell("p", R"("type":"resize","payload":{})"), Tell("p", R"("type":7)"),
        Tell("p", StrCat(R"("type":"data","payload":")", long_text, "\""))}) {
    CHECK(Has(out, R"("message":"fail")"));
    CHECK(Has(out, "<Refused sendStreamEvent>"));
    CHECK_FALSE(Has(out, "<Tell"));
  }
  long_text.pop_back();
  CHECK(Has(Tell("p", StrCat(R"("type":"data","payload":")", long_text, "\"")), "<Tell p data"));
}

TEST_CASE_METHOD(Fixture, "an event that did not reach the players is a warning of the session") {
  session.OnEventRefused("p", "the node does not answer");
  std::string out = Take();
  CHECK(Has(out, R"("apiMethod":"sendStreamEvent")"));
  CHECK(Has(out, "the node does not answer"));
}

TEST_CASE_METHOD(Fixture, "a client that was lost may come back, one that disconnected does not") {
  Publish("p");
  Play("v");
  session.OnSocketClosed(true);
  std::string out = Take();
  CHECK(Has(out, "<Lost p>"));
  CHECK(Has(out, "<Lost v>"));
}

}  // namespace
}  // namespace sluice::wcs
