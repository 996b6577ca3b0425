// WHIP (RFC 9725): publishers.
#pragma once

#include "services/http-gateway/session_endpoint.h"

namespace sluice::http_gateway {

// POST takes ReadTransport(), "?min_bitrate=" and "?max_bitrate=" (of video, bit/s) and
// "?orientation=true" (rotated pictures stay as they are, with their orientation beside them) in
// its query.
class Whip final : public SessionEndpoint {
 public:
  // open_publishing: common.open_publishing.
  Whip(bool open_publishing, EndpointContext& context)
      : SessionEndpoint("/whip", context), open_publishing_(open_publishing) {}

 private:
  absl::StatusOr<Create> Prepare(const Offer& offer) override;

  bool open_publishing_;
};

}  // namespace sluice::http_gateway
