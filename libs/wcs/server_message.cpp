#include "libs/wcs/server_message.h"

#include <utility>

#include "libs/wcs/client_message.h"
#include "libs/wcs/stream_json.h"

namespace sluice::wcs {
namespace {

using nlohmann::json;

std::string Envelope(std::string_view name, json data) {
  return DumpJson({{"message", name}, {"data", std::move(data)}});
}

std::string WithOne(std::string_view name, json argument) {
  return Envelope(name, json::array({std::move(argument)}));
}

}  // namespace

std::string GetUserDataMessage(std::string_view echo, const UserData& ours) {
  absl::StatusOr<json> object = ParseJson(echo, kMaxJsonDepth);
  json argument = object.ok() && object->is_object() ? *std::move(object) : json::object();
  argument["authToken"] = ours.auth_token;
  argument["appKey"] = ours.app_key;
  argument["sessionId"] = ours.session_id;
  argument["nodeId"] = ours.node_id;
  // Clients start to collect and send statistics when they are given this description.
  argument.erase("webRTCMetricsServerDescription");
  return WithOne("getUserData", std::move(argument));
}

std::string SetRemoteSdpMessage(std::string_view id, std::string_view sdp) {
  return Envelope("setRemoteSDP", json::array({id, sdp}));
}

std::string StreamStatusMessage(const StreamObject& stream) {
  return WithOne("notifyStreamStatusEvent", StreamJson(stream));
}

std::string AvailableStreamMessage(std::string_view media_session_id, bool available,
                                   std::string_view info) {
  return WithOne(
      "availableStream",
      {{"id", media_session_id}, {"status", available ? "true" : "false"}, {"info", info}});
}

std::string ResizeMessage(std::string_view media_session_id, uint32_t width, uint32_t height) {
  return WithOne("notifyStreamEvent",
                 {{"mediaSessionId", media_session_id},
                  {"type", "resize"},
                  {"payload", {{"streamerVideoWidth", width}, {"streamerVideoHeight", height}}}});
}

std::string SnapshotFailedMessage(std::string_view media_session_id, std::string_view info) {
  return WithOne("notifyStreamEvent", {{"mediaSessionId", media_session_id},
                                       {"type", "snapshotFailed"},
                                       {"payload", {{"info", info}}}});
}

std::string CallFailedMessage(std::string_view call_id, std::string_view info) {
  return WithOne("finish", {{"callId", call_id}, {"status", "FAILED"}, {"info", info}});
}

std::string DataFailedMessage(std::string_view operation_id, std::string_view info) {
  return WithOne("DataStatusEvent",
                 {{"operationId", operation_id}, {"status", "FAILED"}, {"info", info}});
}

std::string FailMessage(std::string_view api_method, std::string_view id, std::string_view info) {
  return WithOne("fail",
                 {{"apiMethod", api_method}, {"id", id}, {"status", "FAILED"}, {"info", info}});
}

std::string PingMessage() { return Envelope("ping", json::array({nullptr})); }
std::string PongMessage() { return Envelope("pong", json::array({nullptr})); }

}  // namespace sluice::wcs
