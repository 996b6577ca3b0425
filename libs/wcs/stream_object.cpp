#include "libs/wcs/stream_object.h"

#include <array>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/wcs/stream_json.h"

namespace sluice::wcs {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> kStatusNames = {
    "NEW",         "PENDING", "PUBLISHING", "PLAYING",         "PAUSED",
    "UNPUBLISHED", "STOPPED", "FAILED",     "PROCESSED_LOCAL", "PROCESSED_REMOTE"};

constexpr int kFilterDepth = 8;
constexpr int kCustomDepth = 32;

// The member as text, nullopt if absent or null.
absl::Status ReadText(const json& object, const char* key, std::optional<std::string>& out) {
  auto member = object.find(key);
  if (member == object.end() || member->is_null()) return absl::OkStatus();
  if (!member->is_string()) return absl::InvalidArgumentError(StrCat(key, " is not a text"));
  out = member->get<std::string>();
  return absl::OkStatus();
}

absl::Status ReadBool(const json& object, const char* key, std::optional<bool>& out) {
  auto member = object.find(key);
  if (member == object.end() || member->is_null()) return absl::OkStatus();
  if (member->is_boolean()) {
    out = member->get<bool>();
  } else if (*member == "true" || *member == "false") {
    out = *member == "true";
  } else {
    return absl::InvalidArgumentError(StrCat(key, " is not true or false"));
  }
  return absl::OkStatus();
}

bool Fits(const std::optional<std::string>& wanted, std::string_view value) {
  return !wanted || *wanted == value;
}

}  // namespace

std::string_view StreamStatusName(StreamStatus status) {
  return kStatusNames[static_cast<size_t>(status)];
}

bool IsFinal(StreamStatus status) {
  return status == StreamStatus::kUnpublished || status == StreamStatus::kStopped ||
         status == StreamStatus::kFailed;
}

json StreamJson(const StreamObject& stream) {
  json object = {{"appKey", stream.app_key},
                 {"sessionId", stream.session_id},
                 {"mediaSessionId", stream.media_session_id},
                 {"name", stream.name},
                 {"published", stream.published},
                 {"hasVideo", stream.has_video},
                 {"hasAudio", stream.has_audio},
                 {"status", StreamStatusName(stream.status)},
                 {"audioCodec", stream.audio_codec},
                 {"videoCodec", stream.video_codec},
                 {"record", stream.record},
                 {"width", stream.width},
                 {"height", stream.height},
                 {"bitrate", stream.bitrate},
                 {"minBitrate", stream.min_bitrate},
                 {"maxBitrate", stream.max_bitrate},
                 {"quality", stream.quality},
                 {"gop", stream.gop},
                 {"fps", stream.fps},
                 {"audioBitrate", stream.audio_bitrate},
                 {"transport", stream.transport},
                 {"createDate", stream.create_date_ms},
                 {"mediaType", stream.published ? "publish" : "play"},
                 {"mediaProvider", stream.media_provider},
                 {"nodeId", stream.node_id}};
  if (!stream.info.empty()) object["info"] = stream.info;
  if (!stream.sdp.empty()) object["sdp"] = stream.sdp;
  if (stream.audio_muted) object["audioState"] = {{"muted", *stream.audio_muted}};
  if (stream.video_muted) object["videoState"] = {{"muted", *stream.video_muted}};
  if (!stream.custom.empty()) {
    absl::StatusOr<json> custom = ParseJson(stream.custom, kCustomDepth);
    if (custom.ok()) object["custom"] = *std::move(custom);
  }
  return object;
}

std::string SerializeStream(const StreamObject& stream) { return DumpJson(StreamJson(stream)); }

std::string SerializeStreams(const std::vector<StreamObject>& streams) {
  json list = json::array();
  for (const StreamObject& stream : streams) list.push_back(StreamJson(stream));
  return DumpJson(list);
}

bool StreamFilter::Matches(const StreamObject& stream) const {
  return Fits(name, stream.name) && Fits(media_session_id, stream.media_session_id) &&
         Fits(session_id, stream.session_id) && Fits(app_key, stream.app_key) &&
         Fits(status, StreamStatusName(stream.status)) &&
         (!published || *published == stream.published);
}

absl::StatusOr<StreamFilter> ParseStreamFilter(std::string_view body) {
  StreamFilter filter;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return filter;
  SLUICE_ASSIGN_OR_RETURN(json object, ParseJson(body, kFilterDepth));
  if (!object.is_object()) return absl::InvalidArgumentError("the body is not a JSON object");
  SLUICE_RETURN_IF_ERROR(ReadText(object, "name", filter.name));
  SLUICE_RETURN_IF_ERROR(ReadText(object, "mediaSessionId", filter.media_session_id));
  SLUICE_RETURN_IF_ERROR(ReadText(object, "sessionId", filter.session_id));
  SLUICE_RETURN_IF_ERROR(ReadText(object, "appKey", filter.app_key));
  SLUICE_RETURN_IF_ERROR(ReadText(object, "status", filter.status));
  SLUICE_RETURN_IF_ERROR(ReadBool(object, "published", filter.published));
  return filter;
}

std::string SerializeRestError(const RestError& error) {
  return DumpJson({{"exception", error.exception},
                   {"reason", error.reason},
                   {"path", error.path},
                   {"error", error.reason},
                   {"timestamp", error.timestamp_ms},
                   {"status", error.status}});
}

}  // namespace sluice::wcs
