#include "libs/wcs/server_message.h"

#include <utility>

#include "libs/base/text.h"
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

std::string EventMessage(std::string_view media_session_id, std::string_view type, json payload) {
  return WithOne(
      "notifyStreamEvent",
      {{"mediaSessionId", media_session_id}, {"type", type}, {"payload", std::move(payload)}});
}

std::string BandwidthInfo(const NotEnoughBandwidth& lack) {
  return StrCat(lack.stream_bps, "/", lack.network_bps);
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

std::string StreamEventMessage(std::string_view media_session_id, const StreamEvent& event,
                               std::string_view stream_name) {
  json argument = {{"mediaSessionId", media_session_id}, {"type", event.type}};
  absl::StatusOr<json> payload = ParseJson(event.payload, kMaxJsonDepth);
  if (!event.payload.empty() && payload.ok()) {
    argument["payload"] = *std::move(payload);
  } else if (MuteOf(event.type)) {
    argument["payload"] = {{"streamName", stream_name}};
  }
  return WithOne("notifyStreamEvent", std::move(argument));
}

std::string ResizeMessage(std::string_view media_session_id, uint32_t width, uint32_t height) {
  return EventMessage(media_session_id, "resize",
                      {{"streamerVideoWidth", width}, {"streamerVideoHeight", height}});
}

std::string VideoFormatMessage(std::string_view media_session_id, uint32_t width, uint32_t height) {
  return WithOne("notifyVideoFormat", {{"mediaSessionId", media_session_id},
                                       {"status", "RESIZE"},
                                       {"streamerVideoWidth", width},
                                       {"streamerVideoHeight", height}});
}

std::string NotEnoughBandwidthEventMessage(std::string_view media_session_id,
                                           const NotEnoughBandwidth& lack) {
  return EventMessage(media_session_id, "notEnoughBandwidth", {{"info", BandwidthInfo(lack)}});
}

std::string NotEnoughBandwidthStatusMessage(std::string_view media_session_id,
                                            const NotEnoughBandwidth& lack) {
  return WithOne("notifyStreamStatusEvent", {{"mediaSessionId", media_session_id},
                                             {"status", "NOT_ENOUGH_BANDWIDTH"},
                                             {"info", BandwidthInfo(lack)}});
}

std::string VideoRateMessage(std::string_view media_session_id, bool inbound, uint64_t bits) {
  return WithOne(inbound ? "inboundVideoRate" : "outboundVideoRate",
                 {{"mediaSessionId", media_session_id}, {"videoRate", bits}});
}

std::string SnapshotFailedMessage(std::string_view media_session_id, std::string_view info) {
  return EventMessage(media_session_id, "snapshotFailed", {{"info", info}});
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
