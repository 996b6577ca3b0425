#include "services/http-gateway/whip.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/daemon/publish_policy.h"
#include "libs/rpc/client.h"
#include "services/http-gateway/session_query.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::http_gateway {
namespace {

constexpr size_t kMaxAgent = 128;  // bytes, CreatePublisherRequest.agent

}  // namespace

absl::StatusOr<Whip::Create> Whip::Prepare(const Offer& offer) {
  const http::Request& request = offer.request;
  SLUICE_RETURN_IF_ERROR(daemon::MayPublish(open_publishing_, request.peer_address));
  SLUICE_ASSIGN_OR_RETURN(const v1::IceTransport transport, ReadTransport(request));
  SLUICE_ASSIGN_OR_RETURN(const uint64_t min, ReadNumber(request, "min_bitrate", kMaxBitrate));
  SLUICE_ASSIGN_OR_RETURN(const uint64_t max, ReadNumber(request, "max_bitrate", kMaxBitrate));
  if (max != 0 && min > max) {
    return absl::InvalidArgumentError("min_bitrate must not be over max_bitrate.");
  }
  v1::CreatePublisherRequest create;
  create.set_session_id(offer.session_id);
  create.set_stream_name(offer.stream_name);
  create.set_offer_sdp(request.body);
  create.set_owner(context().options.node_id);
  create.set_protocol("whip");
  create.set_client_address(request.peer_address);
  create.set_agent(std::string(request.Header("user-agent").substr(0, kMaxAgent)));
  create.set_transport(transport);
  create.set_min_bitrate_bps(min);
  create.set_max_bitrate_bps(max);
  create.set_orientation(request.QueryValue("orientation") == "true");
  return [&channels = context().channels, create](const v1::Node& node, OnAnswer on_answer) {
    rpc::CallUnary<v1::WebRtc>(
        channels, node.grpc_address(), &rpc::Methods<v1::WebRtc>::CreatePublisher, create,
        kQuickCall,
        [on_answer = std::move(on_answer)](absl::StatusOr<v1::CreatePublisherResponse> answer) {
          if (!answer.ok()) return on_answer(answer.status());
          on_answer(Answer{answer->answer_sdp(), answer->etag()});
        });
  };
}

}  // namespace sluice::http_gateway
