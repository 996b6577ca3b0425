#include "services/http-gateway/whep.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/directory/player_node.h"
#include "libs/media/track.h"
#include "libs/rpc/client.h"
#include "services/http-gateway/layers.h"
#include "services/http-gateway/session_query.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::http_gateway {

absl::StatusOr<Whep::Create> Whep::Prepare(const Offer& offer) {
  v1::CreatePlayerRequest create;
  SLUICE_ASSIGN_OR_RETURN(*create.mutable_limits(), ReadLayerLimits(offer.request));
  SLUICE_ASSIGN_OR_RETURN(const v1::IceTransport transport, ReadTransport(offer.request));
  const directory::Directory& directory = context().directory;
  if (directory.synced() && !directory.FindStream({offer.stream_name, ""})) {
    return absl::NotFoundError("There is no such stream.");
  }
  create.set_session_id(offer.session_id);
  create.set_stream_name(offer.stream_name);
  create.set_offer_sdp(offer.request.body);
  create.set_owner(context().options.node_id);
  create.set_protocol("whep");
  create.set_client_address(offer.request.peer_address);
  create.set_transport(transport);
  return [&channels = context().channels, create, timeout = context().options.call_timeout](
             const v1::Node& node, OnAnswer on_answer) {
    rpc::CallUnary<v1::WebRtc>(
        channels, node.grpc_address(), &rpc::Methods<v1::WebRtc>::CreatePlayer, create, timeout,
        [on_answer = std::move(on_answer)](absl::StatusOr<v1::CreatePlayerResponse> answer) {
          if (!answer.ok()) return on_answer(answer.status());
          on_answer(Answer{answer->answer_sdp(), answer->etag()});
        });
  };
}

// Players of a busy node's stream go to another, which fetches it.
directory::NodePtr Whep::ChooseNode(const media::StreamKey& stream) const {
  return directory::ChoosePlayerNode(context().directory, "webrtc-media", stream);
}

std::string Whep::LinkOf(const SessionUrl& url) const {
  return StrCat("<", LayersPath(url), ">; rel=\"urn:ietf:params:whep:ext:core:layer\"");
}

}  // namespace sluice::http_gateway
