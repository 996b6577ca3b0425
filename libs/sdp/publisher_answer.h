// The one answer to a publisher's offer (RFC 8829 §5.3, RFC 9725 §4.2): WHIP and the Flashphoner
// Web SDK take exactly one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/media/track.h"
#include "libs/sdp/answer.h"
#include "libs/sdp/session_description.h"

namespace sluice::sdp {

// What is asked of a publisher.
struct PublisherLimits {
  // Of video; 0 = not set. Said as x-google-min-bitrate and x-google-max-bitrate, in kbit/s.
  uint64_t min_bitrate_bps = 0;
  uint64_t max_bitrate_bps = 0;
  // Pictures may come unrotated, with their orientation beside them (3GPP TS 26.114 §7.4.5).
  bool orientation = false;
  // Codecs that come first in the answer, and so are what a browser sends; the offer decides the
  // order of the others.
  std::vector<media::Codec> codec_order;
};

struct PublishedFormat {
  media::Codec codec = media::Codec::kUnknown;
  uint8_t payload_type = 0;
  uint8_t rtx_payload_type = 0;  // 0 = none
  uint32_t clock_rate = 0;
  uint32_t channels = 0;   // 0 = not written
  std::string parameters;  // fmtp as offered
  friend bool operator==(const PublishedFormat&, const PublishedFormat&) = default;
};

struct PublishedEncoding {
  std::string rid;        // empty: the only one of its track
  uint32_t ssrc = 0;      // 0 = not declared
  uint32_t rtx_ssrc = 0;  // 0 = not declared
  friend bool operator==(const PublishedEncoding&, const PublishedEncoding&) = default;
};

// One m-section in which we receive.
struct PublishedTrack {
  std::string mid;
  media::MediaKind kind = media::MediaKind::kVideo;
  std::vector<PublishedFormat> formats;      // as in the answer: a browser sends the first
  uint8_t red_payload_type = 0;              // of Opus in Opus (RFC 2198); 0 = none
  std::vector<PublishedEncoding> encodings;  // 1..kMaxEncodings, in the offer's order
  // Header extension ids, 1..14; 0 = not agreed.
  uint8_t mid_id = 0;
  uint8_t rid_id = 0;
  uint8_t repaired_rid_id = 0;
  uint8_t transport_sequence_id = 0;
  uint8_t abs_send_time_id = 0;
  uint8_t orientation_id = 0;            // video, if PublisherLimits has it
  uint8_t dependency_descriptor_id = 0;  // video
  uint8_t audio_level_id = 0;            // audio
};

struct PublisherAnswer {
  SessionDescription description;
  RemoteTransport remote;
  std::vector<PublishedTrack> tracks;  // in the order of their m-lines
};

// Looks at an offer alone. InvalidArgument, as ReadRemoteTransport().
absl::Status CheckPublisherOffer(const SessionDescription& offer);

// Accepts the first audio and the first video m-line of the first BUNDLE group that we have a codec
// of as recvonly, with every payload type that we can receive; RED in front of Opus if Opus comes
// first. All other m-lines are rejected (RFC 9725 §4.2 leaves that to the server).
//   random: for the session id.
// Errors: as CheckPublisherOffer(); FailedPrecondition if every m-line had to be rejected.
absl::StatusOr<PublisherAnswer> MakePublisherAnswer(const SessionDescription& offer,
                                                    const AnswerSettings& settings,
                                                    const PublisherLimits& limits,
                                                    RandomSource& random);

}  // namespace sluice::sdp
