#include "services/webrtc-media/ice_patch.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/sdp/fragment.h"

namespace sluice::webrtc_media {
namespace {

// RFC 8840 §4.1: with the m-line that the peer's fragment was about.
std::string OurFragment(const sdp::Fragment& theirs, const IceCredentials& ice,
                        std::vector<sdp::Candidate> candidates) {
  return sdp::SerializeFragment({.ice_lite = true,
                                 .bundle = theirs.bundle,
                                 .media = theirs.media,
                                 .mid = theirs.mid,
                                 .ice_ufrag = ice.local_ufrag,
                                 .ice_password = ice.local_password,
                                 .candidates = std::move(candidates),
                                 .end_of_candidates = true});
}

}  // namespace

absl::StatusOr<PatchedIce> PatchIce(const std::string& session_id, const IcePatch& patch,
                                    const NodeIdentity& identity, Worker& worker,
                                    RandomSource& random, IceCredentials& ice) {
  const std::string etag = EtagOf(ice);
  if (!patch.if_match.empty() && patch.if_match != "*" && patch.if_match != etag) {
    return absl::FailedPreconditionError("if_match is not the session's ETag");
  }
  SLUICE_ASSIGN_OR_RETURN(const sdp::Fragment fragment, sdp::ParseFragment(patch.fragment));
  const bool restart =
      !fragment.ice_ufrag.empty() &&
      (fragment.ice_ufrag != ice.remote_ufrag || fragment.ice_password != ice.remote_password);
  if (!restart) return PatchedIce{"", etag};
  IceCredentials next{.local_ufrag = random.NextHex(8),
                      .local_password = random.NextHex(16),
                      .remote_ufrag = fragment.ice_ufrag,
                      .remote_password = fragment.ice_password,
                      .transport = ice.transport};
  SLUICE_RETURN_IF_ERROR(worker.RestartIce(session_id, {.local_ufrag = next.local_ufrag,
                                                        .local_password = next.local_password,
                                                        .remote_ufrag = next.remote_ufrag}));
  ice = std::move(next);
  return PatchedIce{OurFragment(fragment, ice, CandidatesOf(identity, worker, ice.transport)),
                    EtagOf(ice)};
}

}  // namespace sluice::webrtc_media
