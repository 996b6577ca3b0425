// The one answer to a player's offer (RFC 8829 §5.3, WHEP): WHEP and the Flashphoner Web SDK take
// exactly one, so it must stand for the whole life of the player.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/media/track.h"
#include "libs/sdp/answer.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

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
  uint8_t red_payload_type = 0;         // of Opus in Opus (RFC 2198); 0 = none
  uint32_t ssrc = 0;
  uint32_t rtx_ssrc = 0;  // 0 = no RTX
  // Header extension ids, 1..14; 0 = not agreed.
  uint8_t mid_id = 0;
  uint8_t playout_delay_id = 0;       // video
  uint8_t transport_sequence_id = 0;  // draft-holmer-rmcat-transport-wide-cc-extensions-01
  uint8_t abs_send_time_id = 0;
  uint8_t orientation_id = 0;  // video (3GPP TS 26.114 §7.4.5)
};

struct PlayerAnswer {
  SessionDescription description;
  RemoteTransport remote;
  std::vector<AnsweredTrack> tracks;
};

// At most so many m-sections are accepted; further ones are rejected.
inline constexpr size_t kMaxAnsweredTracks = 8;

// Looks at an offer alone. InvalidArgument, as ReadRemoteTransport().
absl::Status CheckPlayerOffer(const SessionDescription& offer);

// Accepts every offered audio and video m-line of the first BUNDLE group as sendonly, whether the
// stream has that media already or not; lists the codecs that we can send, for each the payload
// type that suits best, the one in use first (PlayedCodec). m-lines of other media, without a codec
// of ours, or outside the bundle are rejected.
//   stream: as known now; empty if nothing is known.
//   random: for SSRCs and the session id.
// Errors: as CheckPlayerOffer(); FailedPrecondition if none of the stream's tracks has a codec in
// common with the m-lines of its kind, or every m-line had to be rejected.
absl::StatusOr<PlayerAnswer> MakePlayerAnswer(const SessionDescription& offer,
                                              const media::StreamDescription& stream,
                                              const AnswerSettings& settings, RandomSource& random);

// The codec in which a player that has agreed on `formats` gets `track`: the track's own, unless
// browsers cannot show it; else that of a rendition: h264, or vp8 without it, and opus for sound.
// kUnknown: there is none.
media::Codec PlayedCodec(const media::Track& track, std::span<const AnsweredFormat> formats);

// The codec of `codec`'s usual rendition for WebRTC players (AAC, MP3: Opus), or itself if it needs
// none. kUnknown: there is none.
media::Codec PlayerCodec(media::Codec codec);

}  // namespace sluice::sdp
