// `info` texts of stream statuses. Clients compare them letter by letter (websdk
// STREAM_STATUS_INFO).
#pragma once

#include <string_view>

namespace sluice::wcs::info {

inline constexpr std::string_view kFailedByIceError = "Failed by ICE error";
inline constexpr std::string_view kFailedByIceTimeout = "Failed by ICE timeout";
inline constexpr std::string_view kFailedByIceKeepAlive = "Failed by ICE keep alive";
inline constexpr std::string_view kFailedByDtlsFingerprintError =
    "Failed by DTLS fingerprint error";
inline constexpr std::string_view kFailedByDtlsError = "Failed by DTLS error";
inline constexpr std::string_view kFailedByRtpActivity = "Failed by RTP activity";
inline constexpr std::string_view kFailedByError = "Failed by error";
inline constexpr std::string_view kStoppedBySessionDisconnect = "Stopped by session disconnect";
inline constexpr std::string_view kStoppedByPublisherStop = "Stopped by publisher stop";
inline constexpr std::string_view kStoppedByUser = "Stopped by user";
inline constexpr std::string_view kStreamNotFound = "Stream not found";
inline constexpr std::string_view kStreamNameAlreadyInUse = "Stream name is already in use";
inline constexpr std::string_view kMediaSessionIdNull = "MediaSessionId is null";
inline constexpr std::string_view kMediaSessionIdAlreadyInUse = "MediaSessionId is already in use";
inline constexpr std::string_view kSessionNotReady = "Session not ready";
inline constexpr std::string_view kSessionDoesNotExist = "Session does not exist";
inline constexpr std::string_view kStreamFailed = "Stream failed";
inline constexpr std::string_view kNoCommonCodecs = "No common codecs";
inline constexpr std::string_view kBadUri = "Bad URI";
inline constexpr std::string_view kTerminatedByKeepAlive = "Terminated by keep-alive";
inline constexpr std::string_view kRestrictedAccess = "Restricted access";

}  // namespace sluice::wcs::info
