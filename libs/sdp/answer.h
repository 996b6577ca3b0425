// What the answers to players and to publishers have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libs/media/track.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

// What the server brings into an answer.
struct AnswerSettings {
  std::string ice_ufrag;     // at least 4 characters
  std::string ice_password;  // at least 22
  std::string fingerprint;   // "sha-256 AB:CD:..."
  // UDP and TCP passive ones, in the order they are listed.
  std::vector<Candidate> candidates;
  std::string cname;      // RTCP
  std::string stream_id;  // of msid: one for audio and video, so that a page gets one MediaStream
};

// What the offer says about its sender's transport; one for all m-sections (BUNDLE).
struct RemoteTransport {
  std::string ice_ufrag;
  std::string ice_password;
  std::string fingerprint;  // "sha-256 AB:CD:..."
};

media::MediaKind KindOf(const MediaSection& section);

// The codecs that an offer names, "H264, VP8, opus", for error messages.
std::string CodecNamesOf(const SessionDescription& offer);

// An m-section that agrees to `offered`, on our transport, without formats. Candidates stand in the
// first accepted one alone, since the others are bundled with it.
MediaSection AcceptedSection(const MediaSection& offered, Direction direction,
                             const AnswerSettings& settings, bool is_first);

// RFC 3264 §6: a rejected m-line keeps its place, on port 0.
MediaSection RejectedSection(const MediaSection& offered);

// The BUNDLE group of what was accepted, if the offer has one.
void AddBundle(const SessionDescription& offer, SessionDescription& answer);

// A header extension that we use, and where its agreed id goes: 1..14, 0 = not agreed.
struct ExtensionSlot {
  std::string_view uri;
  uint8_t* id;
};

// Takes those of `wanted` that are offered with an id of the one-byte form (RFC 8285 §4.2) into
// `answered`.
void AgreeOnExtensions(const MediaSection& offered, std::span<const ExtensionSlot> wanted,
                       MediaSection& answered);

namespace extension {
inline constexpr std::string_view kMid = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kRid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view kRepairedRid =
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view kAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kOrientation = "urn:3gpp:video-orientation";
inline constexpr std::string_view kTransportSequence =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kAbsSendTime =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kPlayoutDelay =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
inline constexpr std::string_view kDependencyDescriptor =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
}  // namespace extension

}  // namespace sluice::sdp
