#include "services/webrtc-media/ice_patch.h"

#include "libs/base/status_macros.h"
#include "libs/sdp/fragment.h"

namespace sluice::webrtc_media {

absl::StatusOr<PatchedIce> PatchIce(const std::string&, const IcePatch& patch, const NodeIdentity&,
                                    Worker&, RandomSource&, IceCredentials& ice) {
  const std::string etag = EtagOf(ice);
  if (!patch.if_match.empty() && patch.if_match != "*" && patch.if_match != etag) {
    return absl::FailedPreconditionError("if_match is not the session's ETag");
  }
  SLUICE_ASSIGN_OR_RETURN(const sdp::Fragment fragment, sdp::ParseFragment(patch.fragment));
  const bool restart =
      !fragment.ice_ufrag.empty() &&
      (fragment.ice_ufrag != ice.remote_ufrag || fragment.ice_password != ice.remote_password);
  if (restart) return absl::UnimplementedError("ICE cannot be restarted yet");
  return PatchedIce{"", etag};
}

}  // namespace sluice::webrtc_media
