// WHEP (draft-ietf-wish-whep): players.
#pragma once

#include "services/http-gateway/session_endpoint.h"

namespace sluice::http_gateway {

// POST takes ReadTransport() and ReadLayerLimits() in its query. The Link of an answer has the URL
// of the layers (AddLayerRoutes), rel "urn:ietf:params:whep:ext:core:layer".
class Whep final : public SessionEndpoint {
 public:
  explicit Whep(EndpointContext& context) : SessionEndpoint("/whep", context) {}

 private:
  absl::StatusOr<Create> Prepare(const Offer& offer) override;
  directory::NodePtr ChooseNode(const media::StreamKey& stream) const override;
  std::string LinkOf(const SessionUrl& url) const override;
};

}  // namespace sluice::http_gateway
