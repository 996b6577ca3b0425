#include "services/webrtc-media/answer_map.h"

#include <algorithm>

#include "libs/base/status_macros.h"

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

PublisherTrackSettings ToTrackSettings(const sdp::PublishedTrack& published) {
  PublisherTrackSettings track;
  track.mid = published.mid;
  track.kind = published.kind;
  track.red_payload_type = published.red_payload_type;
  track.mid_id = published.mid_id;
  track.rid_id = published.rid_id;
  track.repaired_rid_id = published.repaired_rid_id;
  track.transport_sequence_id = published.transport_sequence_id;
  track.orientation_id = published.orientation_id;
  track.dependency_descriptor_id = published.dependency_descriptor_id;
  for (size_t i = 0; i < std::min(published.formats.size(), kMaxFormats); ++i) {
    const sdp::PublishedFormat& format = published.formats[i];
    track.formats.push_back({.codec = format.codec,
                             .payload_type = format.payload_type,
                             .rtx_payload_type = format.rtx_payload_type,
                             .clock_rate = format.clock_rate,
                             .channels = format.channels});
  }
  for (const sdp::PublishedEncoding& encoding : published.encodings) {
    track.encodings.push_back({encoding.rid, encoding.ssrc, encoding.rtx_ssrc});
  }
  return track;
}

absl::StatusOr<TransportSettings> ToTransportSettings(const std::string& session_id,
                                                      const sdp::RemoteTransport& remote,
                                                      const sdp::AnswerSettings& ours) {
  const auto fingerprint = dtls::Fingerprint::Parse(remote.fingerprint);
  if (!fingerprint) {
    return absl::InvalidArgumentError("the offer has an a=fingerprint that cannot be read");
  }
  TransportSettings transport;
  transport.session_id = session_id;
  transport.cname = ours.cname;
  transport.local_ufrag = ours.ice_ufrag;
  transport.local_password = ours.ice_password;
  transport.remote_ufrag = remote.ice_ufrag;
  transport.remote_password = remote.ice_password;
  transport.fingerprint = *fingerprint;
  return transport;
}

}  // namespace

absl::StatusOr<PlayerSettings> ToPlayerSettings(const std::string& session_id,
                                                const sdp::PlayerAnswer& answer,
                                                const sdp::AnswerSettings& ours) {
  PlayerSettings settings;
  SLUICE_ASSIGN_OR_RETURN(settings.transport, ToTransportSettings(session_id, answer.remote, ours));
  for (const sdp::AnsweredTrack& track : answer.tracks) {
    settings.tracks.push_back(ToTrackSettings(track));
  }
  settings.counters = std::make_shared<PlayerCounters>();
  return settings;
}

absl::StatusOr<PublisherSettings> ToPublisherSettings(const std::string& session_id,
                                                      const sdp::PublisherAnswer& answer,
                                                      const sdp::AnswerSettings& ours,
                                                      const sdp::PublisherLimits& limits) {
  PublisherSettings settings;
  SLUICE_ASSIGN_OR_RETURN(settings.transport, ToTransportSettings(session_id, answer.remote, ours));
  for (const sdp::PublishedTrack& track : answer.tracks) {
    settings.tracks.push_back(ToTrackSettings(track));
  }
  settings.min_bitrate_bps = limits.min_bitrate_bps;
  settings.max_bitrate_bps = limits.max_bitrate_bps;
  return settings;
}

IceCredentials CredentialsOf(const TransportSettings& transport) {
  return {transport.local_ufrag, transport.local_password, transport.remote_ufrag,
          transport.remote_password};
}

}  // namespace sluice::webrtc_media
