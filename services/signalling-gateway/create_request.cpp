#include "services/signalling-gateway/create_request.h"

#include "absl/strings/match.h"
#include "libs/base/text.h"

namespace sluice::signalling_gateway {
namespace {

constexpr uint64_t kKilobit = 1000;  // WCS counts in kbit/s

// TCP is what pages ask for by name; everything else is for the client to choose.
v1::IceTransport TransportOf(const wcs::StreamRequest& stream) {
  return absl::EqualsIgnoreCase(stream.transport, "TCP") ? v1::ICE_TRANSPORT_TCP
                                                         : v1::ICE_TRANSPORT_ANY;
}

// What the requests of both kinds have in common.
template <typename Create>
Create Begin(const MediaRequest& request, const MediaSessionsOptions& options) {
  Create create;
  create.set_session_id(request.stream.media_session_id);
  create.set_stream_name(request.stream.name);
  create.set_offer_sdp(request.stream.sdp);
  create.set_owner(options.node_id);
  create.set_protocol("websdk");
  create.set_client_address(request.client_address);
  create.set_transport(TransportOf(request.stream));
  return create;
}

}  // namespace

v1::CreatePublisherRequest ToCreatePublisher(const MediaRequest& request,
                                             const MediaSessionsOptions& options) {
  auto create = Begin<v1::CreatePublisherRequest>(request, options);
  create.set_agent(request.agent);
  create.set_min_bitrate_bps(request.stream.min_bitrate * kKilobit);
  create.set_max_bitrate_bps(request.stream.max_bitrate * kKilobit);
  create.set_orientation(request.stream.orientation);
  create.set_report_video_rate(options.report_inbound_rate);
  create.set_audio_muted(request.stream.audio_muted);
  create.set_video_muted(request.stream.video_muted);
  return create;
}

v1::CreatePlayerRequest ToCreatePlayer(const MediaRequest& request,
                                       const MediaSessionsOptions& options) {
  auto create = Begin<v1::CreatePlayerRequest>(request, options);
  v1::LayerLimits& limits = *create.mutable_limits();
  limits.set_max_width(request.stream.width);
  limits.set_max_height(request.stream.height);
  limits.set_max_bitrate_bps(request.stream.bitrate * kKilobit);
  create.set_report_video_rate(options.report_outbound_rate);
  return create;
}

}  // namespace sluice::signalling_gateway
