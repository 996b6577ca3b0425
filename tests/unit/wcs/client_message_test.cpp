#include "libs/wcs/client_message.h"

#include <catch2/catch.hpp>
#include <string>

namespace sluice::wcs {
namespace {

template <typename Request>
Request Read(std::string_view text) {
  absl::StatusOr<ClientMessage> message = ParseClientMessage(text);
  REQUIRE(message.ok());
  REQUIRE(std::holds_alternative<Request>(*message));
  return std::get<Request>(*message);
}

TEST_CASE("connection: the argument is kept to be echoed, without passwords") {
  auto request = Read<ConnectionRequest>(
      R"({"message":"connection","data":[{"appKey":"roomApp","mediaProviders":["WebRTC"],)"
      R"("sipLogin":"1000","sipPassword":"secret","authToken":"old","custom":{"login":"a"}}]})");
  CHECK(request.app_key == "roomApp");
  CHECK(request.auth_token == "old");
  CHECK(request.echo.find("\"sipLogin\":\"1000\"") != std::string::npos);
  CHECK(request.echo.find("\"custom\":{\"login\":\"a\"}") != std::string::npos);
  CHECK(request.echo.find("secret") == std::string::npos);
  CHECK(request.echo.find("old") == std::string::npos);
}

TEST_CASE("connection: appKey is defaultApp unless given") {
  CHECK(Read<ConnectionRequest>(R"({"message":"connection","data":[{}]})").app_key == "defaultApp");
  CHECK(Read<ConnectionRequest>(R"({"message":"connection","data":[null]})").echo == "{}");
}

TEST_CASE("playStream: id, name, offer and wanted size") {
  auto request = Read<StreamRequest>(
      R"({"message":"playStream","data":[{"mediaSessionId":"id-1","name":"cam","sdp":"v=0\r\n",)"
      R"("mediaProvider":"WebRTC","width":640,"height":0,"bitrate":"fast","published":false}]})");
  CHECK(request.media_session_id == "id-1");
  CHECK(request.name == "cam");
  CHECK(request.sdp == "v=0\r\n");
  CHECK(request.media_provider == "WebRTC");
  CHECK(request.width == 640);
  CHECK(request.bitrate == 0);  // of the wrong type: as if absent
}

TEST_CASE("publishStream: as the SDK sends it") {
  auto request = Read<StreamRequest>(
      R"({"message":"publishStream","data":[{"mediaSessionId":"p-1","name":"me","published":true,)"
      R"("hasVideo":true,"hasAudio":false,"status":"PENDING","record":true,"sdp":"v=0\r\n",)"
      R"("mediaProvider":"WebRTC","bitrate":0,"minBitrate":500,"maxBitrate":1500,)"
      R"("transport":"TCP","cvoExtension":true,"custom":{"name":"room"},)"
      R"("rtmpUrl":"rtmp://h/live","constraints":{"video":true},)"
      R"("localMediaInfo":{"devices":{"video":[]},"tracks":{}}}]})");
  CHECK(request.published);
  CHECK(request.media_session_id == "p-1");
  CHECK(request.sdp == "v=0\r\n");
  CHECK(request.has_video);
  CHECK_FALSE(request.has_audio);
  CHECK(request.record);
  CHECK(request.min_bitrate == 500);
  CHECK(request.max_bitrate == 1500);
  CHECK(request.transport == "TCP");
  CHECK(request.orientation);
  CHECK(request.custom == R"({"name":"room"})");
  CHECK(request.rtmp_url == "rtmp://h/live");
}

TEST_CASE("a custom object that is too long is not kept") {
  std::string text = R"({"message":"playStream","data":[{"mediaSessionId":"a","custom":{"x":")";
  CHECK_FALSE(
      Read<StreamRequest>(text + std::string(kMaxCustomBytes - 8, 'c') + "\"}}]}").custom.empty());
  CHECK(
      Read<StreamRequest>(text + std::string(kMaxCustomBytes - 7, 'c') + "\"}}]}").custom.empty());
}

TEST_CASE("sendStreamEvent: type, and the payload as JSON") {
  auto request = Read<SendStreamEventRequest>(
      R"({"message":"sendStreamEvent","data":[{"mediaSessionId":"p","type":"data",)"
      R"("payload":{"count":[1,2]}}]})");
  CHECK(request.media_session_id == "p");
  CHECK(request.event.type == "data");
  CHECK(request.event.payload == R"({"count":[1,2]})");
  CHECK(Read<SendStreamEventRequest>(
            R"({"message":"sendStreamEvent","data":[{"mediaSessionId":"p","type":"audioMuted"}]})")
            .event.payload.empty());
}

TEST_CASE("the requests of the SDK are told apart by name") {
  CHECK(Read<StopStreamRequest>(R"({"message":"stopStream","data":[{"mediaSessionId":"a"}]})")
            .media_session_id == "a");
  CHECK(Read<StopStreamRequest>(R"({"message":"unPublishStream","data":[{"mediaSessionId":"a"}]})")
            .published);
  CHECK(
      Read<AvailableStreamRequest>(R"({"message":"availableStream","data":[{"name":"b"}]})").name ==
      "b");
  CHECK(Read<SendDataRequest>(R"({"message":"sendData","data":[{"operationId":"o"}]})")
            .operation_id == "o");
  CHECK(Read<CallRequest>(R"({"message":"call","data":[{"callId":"c"}]})").call_id == "c");
  CHECK(Read<UnknownRequest>(R"({"message":"setLTState","data":[{"callId":"c"}]})").id == "c");
}

TEST_CASE("pong: data may be [null], empty or missing") {
  Read<Pong>(R"({"message":"pong","data":[null]})");
  Read<Pong>(R"({"message":"pong","data":[]})");
  Read<Pong>(R"({"message":"pong"})");
  Read<Ping>(R"({"message":"ping","data":"x"})");
}

TEST_CASE("every truncation of a message is refused") {
  std::string text = R"({"message":"playStream","data":[{"mediaSessionId":"i","sdp":"v\n"}]})";
  for (size_t length = 0; length < text.size(); ++length) {
    CHECK_FALSE(ParseClientMessage(std::string_view(text).substr(0, length)).ok());
  }
}

TEST_CASE("what is not an envelope is refused") {
  for (const char* text : {"", "null", "[]", "1", "\"x\"", "{}", R"({"message":1})",
                           R"({"message":""})", R"({"data":[]})", "{\"message\":\"\xff\"}"}) {
    CHECK_FALSE(ParseClientMessage(text).ok());
  }
}

TEST_CASE("nesting, size and ids are bounded") {
  std::string deep(kMaxJsonDepth, '[');
  deep += std::string(kMaxJsonDepth, ']');
  CHECK_FALSE(ParseClientMessage("{\"message\":\"x\",\"data\":" + deep + "}").ok());
  std::string allowed = deep.substr(1, deep.size() - 2);
  CHECK(ParseClientMessage("{\"message\":\"x\",\"data\":" + allowed + "}").ok());

  std::string text = R"({"message":"x","data":[")";
  CHECK(ParseClientMessage(text + std::string(kMaxMessageBytes - text.size() - 3, 'a') + "\"]}")
            .ok());
  CHECK_FALSE(
      ParseClientMessage(text + std::string(kMaxMessageBytes - text.size() - 2, 'a') + "\"]}")
          .ok());

  std::string id(kMaxIdBytes + 1, 'i');
  CHECK_FALSE(
      ParseClientMessage(R"({"message":"stopStream","data":[{"mediaSessionId":")" + id + "\"}]}")
          .ok());
}

TEST_CASE("brackets inside strings are not nesting") {
  std::string text = "{\"message\":\"x\",\"data\":[\"" + std::string(100, '[') + "\\\"[[\"]}";
  CHECK(ParseClientMessage(text).ok());
}

}  // namespace
}  // namespace sluice::wcs
