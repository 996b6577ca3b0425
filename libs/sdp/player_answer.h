// The one answer to a player's offer (RFC 8829 §5.3, RFC 9725 §4.2): WHEP and the Flashphoner Web
// SDK take exactly one, so it must stand for the whole life of the player.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/media/track.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

// What the server brings into an answer.
struct AnswerSettings {
  std::string ice_ufrag;     // at least 4 characters
  std::string ice_password;  // at least 22
  std::string fingerprint;   // "sha-256 AB:CD:..."
  std::vector<Candidate> candidates;
  std::string cname;      // RTCP
  std::string stream_id;  // of msid: one for audio and video, so that a page gets one MediaStream
};

struct AnsweredFormat {
  media::Codec codec = media::Codec::kUnknown;
  uint8_t payload_type = 0;
  uint8_t rtx_payload_type = 0;  // 0 = none
  friend bool operator==(const AnsweredFormat&, const AnsweredFormat&) = default;
};

// One m-section in which we send.
struct AnsweredTrack {
  std::string mid;
  media::MediaKind kind = media::MediaKind::kVideo;
  std::vector<AnsweredFormat> formats;  // as in the answer: the one in use first
  uint32_t ssrc = 0;
  uint32_t rtx_ssrc = 0;  // 0 = no RTX
  // Header extension ids, 1..14; 0 = not agreed.
  uint8_t mid_id = 0;
  uint8_t playout_delay_id = 0;
};

// What the offer says about its sender's transport; one for all m-sections (BUNDLE).
struct RemoteTransport {
  std::string ice_ufrag;
  std::string ice_password;
  std::string fingerprint;  // "sha-256 AB:CD:..."
};

struct PlayerAnswer {
  SessionDescription description;
  RemoteTransport remote;
  std::vector<AnsweredTrack> tracks;
};

// At most so many m-sections are accepted; further ones are rejected.
inline constexpr size_t kMaxAnsweredTracks = 8;

// Looks at an offer alone. InvalidArgument, saying what is wrong: no m-line, no audio or video that
// is to be received, no ICE credentials, no sha-256 fingerprint, no rtcp-mux, setup:passive.
absl::Status CheckPlayerOffer(const SessionDescription& offer);

// Accepts every offered audio and video m-line of the first BUNDLE group as sendonly, whether the
// stream has that media already or not; lists the codecs that we can send, for each the payload
// type that suits best, the one in use first. AAC and MP3 are sent as Opus. m-lines of other media,
// without a codec of ours, or outside the bundle are rejected.
//   stream: as known now; empty if nothing is known.
//   random: for SSRCs and the session id.
// Errors: as CheckPlayerOffer(); FailedPrecondition if none of the stream's tracks has a codec in
// common with the m-lines of its kind, or every m-line had to be rejected.
absl::StatusOr<PlayerAnswer> MakePlayerAnswer(const SessionDescription& offer,
                                              const media::StreamDescription& stream,
                                              const AnswerSettings& settings, RandomSource& random);

// The codec in which a WebRTC player gets `codec`: itself, or that of its rendition (AAC, MP3:
// Opus). kUnknown: there is none.
media::Codec PlayerCodec(media::Codec codec);

}  // namespace sluice::sdp
