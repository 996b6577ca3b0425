// What the server says. Every function gives the whole text frame; all of them carry a `data`
// array, because clients read data[0] before they look at the name.
#pragma once

#include <string>
#include <string_view>

#include "libs/wcs/stream_object.h"

namespace sluice::wcs {

// What the server adds to the connection that it gives back.
struct UserData {
  std::string_view auth_token;
  std::string_view app_key;
  std::string_view session_id;
  std::string_view node_id;
};
// `echo`: ConnectionRequest::echo. The client replaces its whole configuration with this object.
std::string GetUserDataMessage(std::string_view echo, const UserData& ours);
// `id`: mediaSessionId or callId.
std::string SetRemoteSdpMessage(std::string_view id, std::string_view sdp);
std::string StreamStatusMessage(const StreamObject& stream);
// `available` goes out as the string "true" or "false"; `info` says why not.
std::string AvailableStreamMessage(std::string_view media_session_id, bool available,
                                   std::string_view info);
// Size of the picture in pixels: what stream.videoResolution() of the SDK gives from then on.
std::string ResizeMessage(std::string_view media_session_id, uint32_t width, uint32_t height);
std::string SnapshotFailedMessage(std::string_view media_session_id, std::string_view info);
// Ends a call for the client: status FAILED. The name that SDK 2.x routes is `finish`.
std::string CallFailedMessage(std::string_view call_id, std::string_view info);
// Status FAILED for a sendData.
std::string DataFailedMessage(std::string_view operation_id, std::string_view info);
// A warning of the session: `api_method` is what failed. "StreamStatusEvent" would also end the
// stream `id`.
std::string FailMessage(std::string_view api_method, std::string_view id, std::string_view info);
std::string PingMessage();
std::string PongMessage();

}  // namespace sluice::wcs
