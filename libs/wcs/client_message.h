// What a client says: the envelope {"message": name, "data": [argument]} and the requests in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"

namespace sluice::wcs {

// Bounds of one message. An SDP offer of a browser is about 8 kB.
inline constexpr size_t kMaxMessageBytes = 256 * 1024;
inline constexpr int kMaxJsonDepth = 32;
inline constexpr size_t kMaxIdBytes = 128;  // mediaSessionId, callId, operationId (UUIDs, in fact)

// First message of a socket.
struct ConnectionRequest {
  std::string app_key;
  std::string auth_token;  // of an earlier connection; empty if none
  bool sip_register_required = false;
  std::string echo;  // the whole argument as JSON, without passwords: getUserData gives it back
};

struct PublishStreamRequest {
  std::string media_session_id;
  std::string name;
  std::string sdp;
};

struct PlayStreamRequest {
  std::string media_session_id;
  std::string name;
  std::string sdp;
  std::string media_provider;  // "WebRTC"; others are "MSE", "WSPlayer", "Flash"
  std::string transport;       // "", "UDP" or "TCP"
  uint32_t width = 0;          // not 0: the client wants another size
  uint32_t height = 0;
  uint32_t bitrate = 0;  // kbit/s; not 0: the client wants another bitrate
};

struct StopStreamRequest {
  std::string media_session_id;
  std::string name;
};

struct UnpublishStreamRequest {
  std::string media_session_id;
  std::string name;
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

using ClientMessage =
    std::variant<ConnectionRequest, PublishStreamRequest, PlayStreamRequest, StopStreamRequest,
                 UnpublishStreamRequest, AvailableStreamRequest, SnapshotRequest, SendDataRequest,
                 CallRequest, Ping, Pong, UnknownRequest>;

// Reads one text frame. `data` may be missing (old clients' pong), null or empty; members of a
// wrong type count as absent. InvalidArgument: longer than kMaxMessageBytes, deeper than
// kMaxJsonDepth, not JSON, no message name, or an id longer than kMaxIdBytes.
absl::StatusOr<ClientMessage> ParseClientMessage(std::string_view text);

}  // namespace sluice::wcs
