#include "libs/wcs/client_message.h"

#include <array>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/wcs/json.h"

namespace sluice::wcs {
namespace {

using nlohmann::json;

constexpr size_t kMaxMethodBytes = 64;  // of an unknown message, as we repeat it

// What getUserData must not give back.
constexpr std::array kSecrets = {"sipPassword", "password", "authToken"};

ClientMessage Connection(const json& argument) {
  ConnectionRequest request;
  request.app_key = TextMember(argument, "appKey");
  if (request.app_key.empty()) request.app_key = "defaultApp";
  request.auth_token = TextMember(argument, "authToken");
  request.agent = TextMember(argument, "clientBrowserVersion").substr(0, kMaxAgentBytes);
  request.sip_register_required = TrueMember(argument, "sipRegisterRequired");
  json echo = argument.is_object() ? argument : json::object();
  for (const char* secret : kSecrets) echo.erase(secret);
  request.echo = DumpJson(echo);
  return request;
}

// The member as JSON text; empty if it is absent or null.
std::string JsonMember(const json& object, const char* key) {
  if (!object.is_object()) return {};
  auto member = object.find(key);
  return member == object.end() || member->is_null() ? std::string() : DumpJson(*member);
}

StreamRequest ReadStream(const json& argument) {
  StreamRequest request{.media_session_id = TextMember(argument, "mediaSessionId"),
                        .name = TextMember(argument, "name"),
                        .sdp = TextMember(argument, "sdp"),
                        .media_provider = TextMember(argument, "mediaProvider"),
                        .transport = TextMember(argument, "transport"),
                        .orientation = TrueMember(argument, "cvoExtension"),
                        .custom = JsonMember(argument, "custom")};
  if (request.custom.size() > kMaxCustomBytes) request.custom.clear();
  return request;
}

ClientMessage PublishStream(const json& argument) {
  StreamRequest request = ReadStream(argument);
  request.published = true;
  request.has_video = TrueMember(argument, "hasVideo");
  request.has_audio = TrueMember(argument, "hasAudio");
  request.record = TrueMember(argument, "record");
  request.rtmp_url = TextMember(argument, "rtmpUrl");
  request.bitrate = NumberMember(argument, "bitrate");
  request.min_bitrate = NumberMember(argument, "minBitrate");
  request.max_bitrate = NumberMember(argument, "maxBitrate");
  return request;
}

ClientMessage PlayStream(const json& argument) {
  StreamRequest request = ReadStream(argument);
  request.width = NumberMember(argument, "width");
  request.height = NumberMember(argument, "height");
  request.bitrate = NumberMember(argument, "bitrate");
  request.quality = NumberMember(argument, "quality");
  return request;
}

template <bool kPublished>
ClientMessage StopStream(const json& argument) {
  return StopStreamRequest{.published = kPublished,
                           .media_session_id = TextMember(argument, "mediaSessionId"),
                           .name = TextMember(argument, "name")};
}

ClientMessage SendStreamEvent(const json& argument) {
  return SendStreamEventRequest{
      .media_session_id = TextMember(argument, "mediaSessionId"),
      .event = {.type = TextMember(argument, "type"), .payload = JsonMember(argument, "payload")}};
}

// The requests that name a stream and nothing else.
template <typename Request>
ClientMessage OfStream(const json& argument) {
  return Request{.media_session_id = TextMember(argument, "mediaSessionId"),
                 .name = TextMember(argument, "name")};
}

ClientMessage SendData(const json& argument) {
  return SendDataRequest{.operation_id = TextMember(argument, "operationId")};
}

ClientMessage Call(const json& argument) {
  return CallRequest{.call_id = TextMember(argument, "callId")};
}

struct Entry {
  std::string_view name;
  ClientMessage (*read)(const json&);
};

constexpr std::array kMessages = {
    Entry{"connection", Connection},
    Entry{"publishStream", PublishStream},
    Entry{"playStream", PlayStream},
    Entry{"stopStream", StopStream<false>},
    Entry{"unPublishStream", StopStream<true>},
    Entry{"sendStreamEvent", SendStreamEvent},
    Entry{"availableStream", OfStream<AvailableStreamRequest>},
    Entry{"snapshot", OfStream<SnapshotRequest>},
    Entry{"sendData", SendData},
    Entry{"call", Call},
    Entry{"ping", [](const json&) -> ClientMessage { return Ping{}; }},
    Entry{"pong", [](const json&) -> ClientMessage { return Pong{}; }},
};

ClientMessage Unknown(std::string_view name, const json& argument) {
  std::string id = TextMember(argument, "mediaSessionId");
  if (id.empty()) id = TextMember(argument, "callId");
  return UnknownRequest{std::string(name.substr(0, kMaxMethodBytes)), std::move(id)};
}

absl::Status CheckIds(const json& argument) {
  for (const char* key : {"mediaSessionId", "callId", "operationId"}) {
    if (TextMember(argument, key).size() > kMaxIdBytes) {
      return absl::InvalidArgumentError(StrCat(key, " is longer than ", kMaxIdBytes, " bytes"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClientMessage> ParseClientMessage(std::string_view text) {
  if (text.size() > kMaxMessageBytes) {
    return absl::InvalidArgumentError("the message is too long");
  }
  SLUICE_ASSIGN_OR_RETURN(json envelope, ParseJson(text, kMaxJsonDepth));
  std::string name = TextMember(envelope, "message");
  if (name.empty()) return absl::InvalidArgumentError("there is no member \"message\"");
  auto data = envelope.find("data");
  json argument;
  if (data != envelope.end() && data->is_array() && !data->empty()) {
    argument = std::move(data->front());
  }
  SLUICE_RETURN_IF_ERROR(CheckIds(argument));
  for (const Entry& entry : kMessages) {
    if (entry.name == name) return entry.read(argument);
  }
  return Unknown(name, argument);
}

}  // namespace sluice::wcs
