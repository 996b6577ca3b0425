#include "services/webrtc-media/answer_map.h"

#include <algorithm>

namespace sluice::webrtc_media {
namespace {

constexpr size_t kMaxFormats = 16;  // of PlayerTrackSettings

PlayerTrackSettings ToTrackSettings(const sdp::AnsweredTrack& answered) {
  PlayerTrackSettings track;
  track.kind = answered.kind;
  track.ssrc = answered.ssrc;
  track.rtx_ssrc = answered.rtx_ssrc;
  track.playout_delay_id = answered.playout_delay_id;
  track.transport_sequence_id = answered.transport_sequence_id;
  track.red_payload_type = answered.red_payload_type;
  for (size_t i = 0; i < std::min(answered.formats.size(), kMaxFormats); ++i) {
    const sdp::AnsweredFormat& format = answered.formats[i];
    track.formats.push_back({format.codec, format.payload_type, format.rtx_payload_type});
  }
  return track;
}

}  // namespace

absl::StatusOr<PlayerSettings> ToPlayerSettings(const std::string& session_id,
                                                const sdp::PlayerAnswer& answer,
                                                const sdp::AnswerSettings& ours) {
  const auto fingerprint = dtls::Fingerprint::Parse(answer.remote.fingerprint);
  if (!fingerprint) {
    return absl::InvalidArgumentError("the offer has an a=fingerprint that cannot be read");
  }
  PlayerSettings settings;
  settings.transport.session_id = session_id;
  settings.transport.cname = ours.cname;
  settings.transport.local_ufrag = ours.ice_ufrag;
  settings.transport.local_password = ours.ice_password;
  settings.transport.remote_ufrag = answer.remote.ice_ufrag;
  settings.transport.remote_password = answer.remote.ice_password;
  settings.transport.fingerprint = *fingerprint;
  for (const sdp::AnsweredTrack& track : answer.tracks) {
    settings.tracks.push_back(ToTrackSettings(track));
  }
  settings.counters = std::make_shared<PlayerCounters>();
  return settings;
}

}  // namespace sluice::webrtc_media
