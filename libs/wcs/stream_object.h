// The stream object of WCS: the body of notifyStreamStatusEvent and of REST /stream/find.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::wcs {

enum class StreamStatus : uint8_t {
  kNew,
  kPending,
  kPublishing,
  kPlaying,
  kPaused,
  kUnpublished,      // final
  kStopped,          // final
  kFailed,           // final
  kProcessedLocal,   // REST only: made on this server
  kProcessedRemote,  // REST only
};

// "PUBLISHING"
std::string_view StreamStatusName(StreamStatus status);
// FAILED, STOPPED and UNPUBLISHED: the client forgets the stream.
bool IsFinal(StreamStatus status);

// Field names as in the JSON, in snake case. Zero and false are written, too; empty optional
// strings (info, sdp, custom) are left out.
struct StreamObject {
  std::string app_key = "defaultApp";
  std::string session_id;  // "/clientIp:port/serverIp:port"
  std::string media_session_id;
  std::string name;
  bool published = false;  // a publisher's entry, else a player's
  bool has_video = true;
  bool has_audio = true;
  StreamStatus status = StreamStatus::kNew;
  std::string info;  // why; one of libs/wcs/info.h where clients compare it
  std::string sdp;
  std::string audio_codec;  // "opus", "mpeg4-generic"
  std::string video_codec;  // "H264"
  bool record = false;
  uint32_t width = 0;  // pixels
  uint32_t height = 0;
  uint64_t bitrate = 0;      // kbit/s, as asked for; 0 = not set
  uint64_t min_bitrate = 0;  // kbit/s
  uint64_t max_bitrate = 0;  // kbit/s
  uint32_t quality = 0;      // 0..100
  uint32_t gop = 0;          // frames
  double fps = 0;
  uint64_t audio_bitrate = 0;  // kbit/s
  std::string transport;       // "UDP" or "TCP"
  int64_t create_date_ms = 0;  // Unix time
  std::string media_provider = "WebRTC";
  std::string node_id;
  std::string custom;  // JSON as the client gave it
  // By the publisher; audioState and videoState in the JSON, left out if not known.
  std::optional<bool> audio_muted;
  std::optional<bool> video_muted;
};

// One JSON object.
std::string SerializeStream(const StreamObject& stream);
// A JSON array, as /stream/find answers it.
std::string SerializeStreams(const std::vector<StreamObject>& streams);

// What /stream/find asks for; an absent member matches everything.
struct StreamFilter {
  std::optional<std::string> name;
  std::optional<std::string> media_session_id;
  std::optional<std::string> session_id;
  std::optional<std::string> app_key;
  std::optional<std::string> status;  // in capitals
  std::optional<bool> published;

  bool Matches(const StreamObject& stream) const;
};

// Reads the body of /stream/find: empty or one JSON object; "true"/"false" as strings count as
// booleans; unknown members are left out of account. InvalidArgument: not JSON, not an object, or a
// member of the wrong type (named in the message).
absl::StatusOr<StreamFilter> ParseStreamFilter(std::string_view body);

// The body of a REST error: exception, reason, path, error, timestamp (Unix ms) and status.
struct RestError {
  int status = 500;
  std::string exception;
  std::string reason;
  std::string path;
  int64_t timestamp_ms = 0;
};
std::string SerializeRestError(const RestError& error);

}  // namespace sluice::wcs
