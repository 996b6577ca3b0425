// `info` texts of stream statuses: clients compare them letter by letter (websdk
// STREAM_STATUS_INFO). The whole list, in its order, with where each comes from here.
#pragma once

#include <string_view>

namespace sluice::wcs::info {

// Not sent so far: an ICE-lite server sees checks that fail only as checks that do not come.
inline constexpr std::string_view kFailedByIceError = "Failed by ICE error";
// A publisher or player whose first valid check does not come in time.
inline constexpr std::string_view kFailedByIceTimeout = "Failed by ICE timeout";
// One that has had media, and then gave no sign of life any more (RFC 7675).
inline constexpr std::string_view kFailedByIceKeepAlive = "Failed by ICE keep alive";
// The client's certificate is not the one of its offer.
inline constexpr std::string_view kFailedByDtlsFingerprintError =
    "Failed by DTLS fingerprint error";
// The DTLS handshake failed.
inline constexpr std::string_view kFailedByDtlsError = "Failed by DTLS error";
// Not sent so far: pushing to HLS and RTMP.
inline constexpr std::string_view kFailedByHlsWriterError = "Failed by HLS writer error";
inline constexpr std::string_view kFailedByRtmpWriterError = "Failed by RTMP writer error";
// A publisher whose media has stopped for too long.
inline constexpr std::string_view kFailedByRtpActivity = "Failed by RTP activity";
// In the log only: nobody is there any more to hear it.
inline constexpr std::string_view kStoppedBySessionDisconnect = "Stopped by session disconnect";
// Not sent so far: REST /terminate.
inline constexpr std::string_view kStoppedByRestTerminate = "Stopped by rest /terminate";
// The stream's publisher has gone.
inline constexpr std::string_view kStoppedByPublisherStop = "Stopped by publisher stop";
// stopStream, unPublishStream, or the DTLS close of the client.
inline constexpr std::string_view kStoppedByUser = "Stopped by user";
// Whatever has no words of its own.
inline constexpr std::string_view kFailedByError = "Failed by error";
// Not sent: parts of a server that are not made like ours.
inline constexpr std::string_view kFailedToAddStreamToProxy = "Failed to add stream to proxy";
inline constexpr std::string_view kDistributorStopped = "Distributor stopped";
// Data for the players of a stream that is not published yet (as `fail`).
inline constexpr std::string_view kPublishStreamIsNotReady = "Publish stream is not ready";
// No stream has this name, or what is asked for cannot be a name.
inline constexpr std::string_view kStreamNotFound = "Stream not found";
// Another publisher has the name, or has taken it over.
inline constexpr std::string_view kStreamNameAlreadyInUse = "Stream name is already in use";
// A request about a stream without mediaSessionId (as `fail`: there is no stream to end).
inline constexpr std::string_view kMediaSessionIdNull = "MediaSessionId is null";
// A publish or play whose id is in use. In the same session as `fail`: a status would end the
// stream that has the id.
inline constexpr std::string_view kMediaSessionIdAlreadyInUse = "MediaSessionId is already in use";
// Anything asked before `connection`.
inline constexpr std::string_view kSessionNotReady = "Session not ready";
// Not sent so far: REST on sessions.
inline constexpr std::string_view kSessionDoesNotExist = "Session does not exist";
// Not sent so far: RTSP and files as sources.
inline constexpr std::string_view kRtspHasWrongFormat = "Rtsp has wrong format";
inline constexpr std::string_view kFileHasWrongFormat = "File has wrong format";
inline constexpr std::string_view kFailedToConnectToRtspStream = "Failed to connect to rtsp stream";
inline constexpr std::string_view kRtspStreamNotFound = "Rtsp stream not found";
inline constexpr std::string_view kRtspAgentShutdown = "RtspAgent shutdown";
// The media node has died, or drains, or the feed broke and could not be had again.
inline constexpr std::string_view kStreamFailed = "Stream failed";
// The offer has none of the codecs that we take, or that the stream can be sent in.
inline constexpr std::string_view kNoCommonCodecs = "No common codecs";
// Not sent so far: files and other servers as sources.
inline constexpr std::string_view kBadUri = "Bad URI";
inline constexpr std::string_view kGotExceptionWhileStreamingFile =
    "Got exception while streaming file";
inline constexpr std::string_view kRequestedStreamShutdown = "Requested stream shutdown";
inline constexpr std::string_view kFailedToReadFile = "Failed to read file";
inline constexpr std::string_view kFileNotFound = "File not found";
inline constexpr std::string_view kFailedToConnectToOriginStream =
    "Failed to connect to origin stream";
inline constexpr std::string_view kCdnStreamNotFound = "CDN stream not found";
inline constexpr std::string_view kFailedToGetAgentStorage = "Failed to get agent storage";
inline constexpr std::string_view kAgentServicingOriginStreamIsShuttingDown =
    "Agent servicing origin stream is shutting down";
// Reason of the close of a session that has left too many pings unanswered.
inline constexpr std::string_view kTerminatedByKeepAlive = "Terminated by keep-alive";
// Not sent: who asks for another size or bitrate gets the nearest that the publisher sends.
inline constexpr std::string_view kTranscodingRequiredButDisabled =
    "Transcoding required, but disabled";
// Publishing from this address is not open, or a media node refuses the right to the stream.
inline constexpr std::string_view kRestrictedAccess = "Restricted access";
// Not sent: without a transcoder the player gets what it can show of the original.
inline constexpr std::string_view kNoAvailableTranscoders = "No available transcoders";

// --- For people, where the list has no text ---

inline constexpr std::string_view kNoCalls = "Calls are not available on this server";
inline constexpr std::string_view kNoRegistration =
    "SIP registration is not available on this server";
inline constexpr std::string_view kNoBackEnd = "sendData is not available on this server";
inline constexpr std::string_view kNoSnapshots = "Snapshots are not available on this server";
inline constexpr std::string_view kNotWebRtc =
    "Only the media provider WebRTC is available on this server";
inline constexpr std::string_view kTooManyStreams = "Too many streams in this session";
inline constexpr std::string_view kConnectedAlready = "This socket is connected already";
inline constexpr std::string_view kNoConnection = "No connection message in time";
// sendStreamEvent with what is not for publishers to say, or with too much of it.
inline constexpr std::string_view kUnknownStreamEvent =
    "Only mute events and data can be sent to players";
inline constexpr std::string_view kLongStreamEvent = "The payload is longer than 48 kB";
// In the PLAYING status of a stream that was asked for in another size or bitrate.
inline constexpr std::string_view kNearestPlayed =
    "Played in the nearest size that its publisher sends: no others are made on this server";
// In the PUBLISHING status of a stream that was to be recorded, or sent on.
inline constexpr std::string_view kNoRecording = "Recording is not available on this server";
inline constexpr std::string_view kNoRepublishing =
    "Republishing to RTMP is not available on this server";

}  // namespace sluice::wcs::info
