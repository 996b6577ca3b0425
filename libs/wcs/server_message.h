// What the server says. Every function gives the whole text frame; all of them carry a `data`
// array, because clients read data[0] before they look at the name.
#pragma once

#include <string>
#include <string_view>

#include "libs/wcs/stream_news.h"
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
// What a publisher tells this player. A payload that is not JSON is left out; an event about mute
// always has one.
std::string StreamEventMessage(std::string_view media_session_id, const StreamEvent& event,
                               std::string_view stream_name);
// Size of the picture in pixels: what stream.videoResolution() of the SDK gives from then on. As a
// stream event, and in the older form, a status that leaves the stream's own as it is.
std::string ResizeMessage(std::string_view media_session_id, uint32_t width, uint32_t height);
std::string VideoFormatMessage(std::string_view media_session_id, uint32_t width, uint32_t height);
// "stream/network" in bit/s, as a stream event and in the older form.
std::string NotEnoughBandwidthEventMessage(std::string_view media_session_id,
                                           const NotEnoughBandwidth& lack);
std::string NotEnoughBandwidthStatusMessage(std::string_view media_session_id,
                                            const NotEnoughBandwidth& lack);
// Connection quality: the bits of video that came from a publisher (inbound), or went to a player,
// since the last such message.
std::string VideoRateMessage(std::string_view media_session_id, bool inbound, uint64_t bits);
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
