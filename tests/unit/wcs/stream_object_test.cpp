#include "libs/wcs/stream_object.h"

#include <catch2/catch.hpp>

namespace sluice::wcs {
namespace {

StreamObject Cam() {
  return StreamObject{.session_id = "/10.0.0.7:5000/10.0.0.1:1935",
                      .media_session_id = "id-1",
                      .name = "cam",
                      .published = true,
                      .status = StreamStatus::kPublishing,
                      .audio_codec = "mpeg4-generic",
                      .video_codec = "H264",
                      .width = 640,
                      .height = 360,
                      .create_date_ms = 1700000000000,
                      .media_provider = "Flash"};
}

TEST_CASE("numbers are numbers, false and 0 are present") {
  std::string json = SerializeStream(Cam());
  CHECK(json.find("\"width\":640") != std::string::npos);
  CHECK(json.find("\"bitrate\":0") != std::string::npos);
  CHECK(json.find("\"record\":false") != std::string::npos);
  CHECK(json.find("\"published\":true") != std::string::npos);
  CHECK(json.find("\"createDate\":1700000000000") != std::string::npos);
  CHECK(json.find("\"mediaType\":\"publish\"") != std::string::npos);
  CHECK(json.find("\"status\":\"PUBLISHING\"") != std::string::npos);
}

TEST_CASE("an absent info or sdp is left out") {
  StreamObject stream = Cam();
  CHECK(SerializeStream(stream).find("info") == std::string::npos);
  stream.info = "Stream not found";
  CHECK(SerializeStream(stream).find("\"info\":\"Stream not found\"") != std::string::npos);
}

TEST_CASE("custom and the mute state are there when they are known") {
  StreamObject stream = Cam();
  std::string json = SerializeStream(stream);
  CHECK(json.find("custom") == std::string::npos);
  CHECK(json.find("audioState") == std::string::npos);
  stream.custom = R"({"name":"room"})";
  stream.audio_muted = false;
  stream.video_muted = true;
  json = SerializeStream(stream);
  CHECK(json.find(R"("custom":{"name":"room"})") != std::string::npos);
  CHECK(json.find(R"("audioState":{"muted":false})") != std::string::npos);
  CHECK(json.find(R"("videoState":{"muted":true})") != std::string::npos);
}

TEST_CASE("a name that is not UTF-8 does not spoil the answer") {
  StreamObject stream = Cam();
  stream.name = "a\xff";
  CHECK(SerializeStreams({stream}).find("a\xEF\xBF\xBD") != std::string::npos);
}

TEST_CASE("no streams are an empty array") { CHECK(SerializeStreams({}) == "[]"); }

TEST_CASE("find: an empty body or object matches everything") {
  for (const char* body : {"", " \n", "{}", R"({"display":["metrics"]})"}) {
    auto filter = ParseStreamFilter(body);
    REQUIRE(filter.ok());
    CHECK(filter->Matches(Cam()));
  }
}

TEST_CASE("find: each given member must match") {
  struct Case {
    const char* body;
    bool matches;
  };
  for (const Case& c :
       {Case{R"({"name":"cam"})", true}, Case{R"({"name":"Cam"})", false},
        Case{R"({"mediaSessionId":"id-1"})", true}, Case{R"({"mediaSessionId":"id-2"})", false},
        Case{R"({"published":true})", true}, Case{R"({"published":"true"})", true},
        Case{R"({"published":"false"})", false}, Case{R"({"status":"PUBLISHING"})", true},
        Case{R"({"status":"PLAYING"})", false}, Case{R"({"appKey":"defaultApp"})", true},
        Case{R"({"sessionId":"x"})", false}, Case{R"({"name":"cam","published":false})", false},
        Case{R"({"name":null})", true}}) {
    auto filter = ParseStreamFilter(c.body);
    REQUIRE(filter.ok());
    CHECK(filter->Matches(Cam()) == c.matches);
  }
}

TEST_CASE("find: what is not an object, or of the wrong type, is refused by name") {
  for (const char* body : {"[", "[]", "1", R"({"name":1})", R"({"published":"maybe"})"}) {
    CHECK_FALSE(ParseStreamFilter(body).ok());
  }
  CHECK(std::string(ParseStreamFilter(R"({"name":1})").status().message()).find("name") == 0);
}

TEST_CASE("final are UNPUBLISHED, STOPPED and FAILED") {
  CHECK(IsFinal(StreamStatus::kStopped));
  CHECK(IsFinal(StreamStatus::kFailed));
  CHECK(IsFinal(StreamStatus::kUnpublished));
  CHECK_FALSE(IsFinal(StreamStatus::kPlaying));
  CHECK(StreamStatusName(StreamStatus::kUnpublished) == "UNPUBLISHED");
  CHECK(StreamStatusName(StreamStatus::kProcessedRemote) == "PROCESSED_REMOTE");
}

TEST_CASE("a REST error has the members that clients read") {
  std::string json = SerializeRestError(
      {.status = 404, .exception = "NotFoundException", .reason = "none", .path = "/x"});
  for (const char* part : {"\"status\":404", "\"reason\":\"none\"", "\"path\":\"/x\"",
                           "\"exception\":\"NotFoundException\"", "\"timestamp\":0"}) {
    CHECK(json.find(part) != std::string::npos);
  }
}

}  // namespace
}  // namespace sluice::wcs
