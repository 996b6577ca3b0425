#include "libs/wcs/client_streams.h"

#include <catch2/catch.hpp>
#include <string>

#include "libs/wcs/info.h"
#include "tests/unit/wcs/session_fixture.h"

namespace sluice::wcs {
namespace {

using Fixture = SessionFixture;

TEST_CASE_METHOD(Fixture, "play: taken without a word, answer, PLAYING, stop, STOPPED") {
  Connect();
  std::string out = Play("id-1");
  CHECK(out == "<Play id-1 cam>\n");
  CHECK(session.Streams().front().status == StreamStatus::kPending);

  session.OnAnswered("id-1", "v=0\r\nanswer");
  CHECK(Has(Take(), R"({"data":["id-1","v=0\r\nanswer"],"message":"setRemoteSDP"})"));
  session.OnStarted("id-1");
  CHECK(Has(Take(), R"("status":"PLAYING")"));
  session.OnStarted("id-1");
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
  session.OnEnded("a", StreamStatus::kFailed, info::kStreamNotFound);
  std::string out = Take();
  CHECK(Has(out, R"("info":"Stream not found")"));
  CHECK(Has(out, R"("status":"FAILED")"));
  session.OnEnded("b", StreamStatus::kStopped, info::kStoppedByPublisherStop);
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
  session.OnAnswered("id-1", "v=0");
  session.OnStarted("id-1");
  session.OnEnded("id-1", StreamStatus::kFailed, "late");
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

TEST_CASE_METHOD(Fixture, "several streams: one is stopped, the other goes on") {
  Connect();
  Play("a");
  Play("b");
  session.OnStarted("a");
  session.OnStarted("b");
  Take();
  CHECK(Has(Message("stopStream", R"({"mediaSessionId":"a"})"), "<Stop a>"));
  REQUIRE(session.Streams().size() == 1);
  CHECK(session.Streams().front().media_session_id == "b");
  CHECK(session.Streams().front().status == StreamStatus::kPlaying);
  // Stopped twice: an end again, and nobody else is touched.
  std::string out = Message("stopStream", R"({"mediaSessionId":"a"})");
  CHECK(Has(out, "STOPPED"));
  CHECK_FALSE(Has(out, "<Stop"));
  session.OnEnded("b", StreamStatus::kStopped, info::kStoppedByPublisherStop);
  CHECK(Has(Take(), R"("mediaSessionId":"b")"));
}

TEST_CASE_METHOD(Fixture,
                 "PLAYING says what is played, and the size of the picture comes with it") {
  Connect();
  Play("a");
  session.OnNews("a", PlayedStream{.has_audio = false, .width = 640, .height = 360});
  session.OnStarted("a");
  std::string out = Take();
  CHECK(Has(out, R"("hasAudio":false)"));
  CHECK(Has(out, R"("width":640)"));
  CHECK(Has(out, R"("type":"resize")"));
  CHECK(Has(out, R"("payload":{"streamerVideoHeight":360,"streamerVideoWidth":640})"));
  CHECK_FALSE(Has(out, "nearest"));
  // The older form of the size.
  CHECK(Has(out, R"("message":"notifyVideoFormat")"));
  CHECK(Has(out, R"("status":"RESIZE")"));
  Play("b");
  session.OnStarted("b");
  CHECK_FALSE(Has(Take(), "resize"));
}

TEST_CASE_METHOD(Fixture,
                 "another size or bitrate than its publisher sends is said to be not available") {
  Connect();
  Message("playStream", R"({"mediaSessionId":"a","name":"cam","width":320,"height":240})");
  session.OnNews("a", PlayedStream{.width = 640, .height = 360});
  session.OnStarted("a");
  CHECK(Has(Take(), info::kNearestPlayed));
  Message("playStream", R"({"mediaSessionId":"b","name":"cam","width":640,"height":360})");
  session.OnNews("b", PlayedStream{.width = 640, .height = 360});
  session.OnStarted("b");
  CHECK_FALSE(Has(Take(), info::kNearestPlayed));
}

TEST_CASE_METHOD(Fixture, "when the socket has gone, all players are stopped") {
  Connect();
  Play("a");
  Play("b");
  session.OnSocketClosed(false);
  std::string out = Take();
  CHECK(Has(out, "<Stop a>"));
  CHECK(Has(out, "<Stop b>"));
  session.OnAnswered("a", "v=0");
  CHECK(Take().empty());
}

}  // namespace
}  // namespace sluice::wcs
