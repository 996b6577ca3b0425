// Trickle ICE and ICE restarts of one session (RFC 9725 §4.3).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/webrtc-media/answer_settings.h"
#include "services/webrtc-media/ice_credentials.h"

namespace sluice::webrtc_media {

struct IcePatch {
  std::string fragment;  // application/trickle-ice-sdpfrag (RFC 8840)
  std::string if_match;  // an ETag without quotes, "*", or empty (no condition)
};
struct PatchedIce {
  std::string fragment;  // after a restart: ours; else empty
  std::string etag;      // as it is now
};

// Candidates need nothing, since we are ICE-lite and learn where a peer is from its checks. Other
// credentials than `ice` has are a restart: it gets new ones of ours, and so does the worker.
// InvalidArgument: no usable fragment. FailedPrecondition: if_match is not the ETag.
absl::StatusOr<PatchedIce> PatchIce(const std::string& session_id, const IcePatch& patch,
                                    const NodeIdentity& identity, Worker& worker,
                                    RandomSource& random, IceCredentials& ice);

}  // namespace sluice::webrtc_media
