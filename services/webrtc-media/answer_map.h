// From an answer to what a worker needs, one direction of the mapping.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/sdp/player_answer.h"
#include "libs/sdp/publisher_answer.h"
#include "services/webrtc-media/ice_credentials.h"
#include "services/webrtc-media/player_settings.h"
#include "services/webrtc-media/publisher_settings.h"

namespace sluice::webrtc_media {

// InvalidArgument if the offer's fingerprint cannot be read. The caller fills in `created`.
absl::StatusOr<PlayerSettings> ToPlayerSettings(const std::string& session_id,
                                                const sdp::PlayerAnswer& answer,
                                                const sdp::AnswerSettings& ours);

// The same for a publisher.
absl::StatusOr<PublisherSettings> ToPublisherSettings(const std::string& session_id,
                                                      const sdp::PublisherAnswer& answer,
                                                      const sdp::AnswerSettings& ours,
                                                      const sdp::PublisherLimits& limits);

IceCredentials CredentialsOf(const TransportSettings& transport);

}  // namespace sluice::webrtc_media
