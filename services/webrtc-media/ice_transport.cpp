#include "services/webrtc-media/ice_transport.h"

namespace sluice::webrtc_media {

absl::Status CheckTransport(const Worker& worker, v1::IceTransport transport) {
  if (transport != v1::ICE_TRANSPORT_TCP || worker.has_tcp()) return absl::OkStatus();
  return absl::FailedPreconditionError("the node takes no ICE over TCP (webrtc-media.tcp)");
}

CandidatePort ToCandidatePort(const Worker& worker, v1::IceTransport transport) {
  return {.port = worker.port(),
          .ipv6 = worker.has_ipv6(),
          .udp = transport != v1::ICE_TRANSPORT_TCP,
          .tcp = transport != v1::ICE_TRANSPORT_UDP && worker.has_tcp()};
}

}  // namespace sluice::webrtc_media
