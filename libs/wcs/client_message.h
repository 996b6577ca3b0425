// What a client says: the envelope {"message": name, "data": [argument]} and the requests in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "libs/wcs/stream_news.h"

namespace sluice::wcs {

// Bounds of one message. An SDP offer of a browser is about 8 kB.
inline constexpr size_t kMaxMessageBytes = 256 * 1024;
inline constexpr int kMaxJsonDepth = 32;
inline constexpr size_t kMaxIdBytes = 128;  // mediaSessionId, callId, operationId (UUIDs, in fact)
inline constexpr size_t kMaxAgentBytes = 128;    // of clientBrowserVersion; the rest is cut off
inline constexpr size_t kMaxCustomBytes = 4096;  // of a stream's `custom`; longer is not kept

// First message of a socket.
struct ConnectionRequest {
  std::string app_key;
  std::string auth_token;  // of an earlier connection; empty if none
  std::string agent;       // clientBrowserVersion
  bool sip_register_required = false;
  std::string echo;  // the whole argument as JSON, without passwords: getUserData gives it back
};

// publishStream and playStream.
struct StreamRequest {
  bool published = false;  // publishStream
  std::string media_session_id;
  std::string name;
  std::string sdp;
  std::string media_provider;  // "WebRTC"; others are "MSE", "WSPlayer", "Flash"
  std::string transport;       // "", "UDP" or "TCP"
  bool orientation = false;    // cvoExtension
  std::string custom;          // JSON, empty if none

  // Of publishStream.
  bool has_video = true;  // what is captured; always true in playStream: the SDP tells
  bool has_audio = true;
  bool record = false;
  std::string rtmp_url;      // where the stream is to be republished
  uint32_t min_bitrate = 0;  // kbit/s; 0 = not set
  uint32_t max_bitrate = 0;  // kbit/s; 0 = not set
  bool audio_muted = false;  // said by events that came before it
  bool video_muted = false;

  // Of playStream; not 0: the client wants another size, bitrate or quality.
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t bitrate = 0;  // kbit/s
  uint32_t quality = 0;  // 0..100
};

// unPublishStream and stopStream.
struct StopStreamRequest {
  bool published = false;  // unPublishStream
  std::string media_session_id;
  std::string name;
};

// What a publisher tells its players.
struct SendStreamEventRequest {
  std::string media_session_id;
  StreamEvent event;
};

struct AvailableStreamRequest {
  std::string media_session_id;  // never announced before
  std::string name;
};

struct SnapshotRequest {
  std::string media_session_id;  // never announced before
  std::string name;
};

struct SendDataRequest {
  std::string operation_id;
};

struct CallRequest {
  std::string call_id;
};

struct Ping {};
struct Pong {};

// Any other name.
struct UnknownRequest {
  std::string method;  // at most 64 bytes of it
  std::string id;      // mediaSessionId or callId if it has one
};

using ClientMessage = std::variant<ConnectionRequest, StreamRequest, StopStreamRequest,
                                   SendStreamEventRequest, AvailableStreamRequest, SnapshotRequest,
                                   SendDataRequest, CallRequest, Ping, Pong, UnknownRequest>;

// Reads one text frame. `data` may be missing (old clients' pong), null or empty; members of a
// wrong type count as absent. InvalidArgument: longer than kMaxMessageBytes, deeper than
// kMaxJsonDepth, not JSON, no message name, or an id longer than kMaxIdBytes.
absl::StatusOr<ClientMessage> ParseClientMessage(std::string_view text);

}  // namespace sluice::wcs
