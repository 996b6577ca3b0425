// Which transports a client wants, and which a worker has.
#pragma once

#include "absl/status/status.h"
#include "services/webrtc-media/candidates.h"
#include "services/webrtc-media/worker.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::webrtc_media {

// FailedPrecondition: TCP alone, and the node does not listen for it.
absl::Status CheckTransport(const Worker& worker, v1::IceTransport transport);

// What MakeCandidates() is to make for this client.
CandidatePort ToCandidatePort(const Worker& worker, v1::IceTransport transport);

}  // namespace sluice::webrtc_media
