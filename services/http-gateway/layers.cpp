#include "services/http-gateway/layers.h"

#include <google/protobuf/util/json_util.h>

#include <optional>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/http/cors.h"
#include "libs/rpc/client.h"
#include "services/http-gateway/session_endpoint.h"
#include "services/http-gateway/session_query.h"
#include "services/http-gateway/status_map.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::http_gateway {
namespace {

constexpr std::string_view kPattern = "/api/v1/players/{session}/layers";
constexpr size_t kMaxBody = 1024;  // bytes

http::CorsPolicy Cors() {
  return {.allow_methods = "PUT, POST, OPTIONS", .allow_headers = "Content-Type"};
}

absl::StatusOr<v1::LayerLimits> ReadLimits(const http::Request& request) {
  v1::LayerLimits limits;
  if (request.body.size() > kMaxBody) return absl::InvalidArgumentError("The body is too long.");
  auto status = google::protobuf::util::JsonStringToMessage(request.body, &limits);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        "The body must be a JSON object of maxWidth, maxHeight, maxBitrateBps, rid and "
        "maxTemporalLayers.");
  }
  SLUICE_RETURN_IF_ERROR(CheckLayerLimits(limits));
  return limits;
}

void Select(const directory::Directory& directory, rpc::ChannelPool& channels,
            const http::Request& request, const http::Responder& responder) {
  if (request.MediaType() != "application/json") {
    return responder.Send(
        http::ProblemResponse(415, "Unsupported Media Type", "The body must be application/json."));
  }
  std::optional<SessionUrl> url = ParseSessionUrl(request.PathValue("session"));
  directory::NodePtr node = url ? directory.FindNode(url->node_id) : nullptr;
  if (!node || node->service() != "webrtc-media") {
    return responder.Send(SessionProblem(absl::NotFoundError("There is no such player.")));
  }
  absl::StatusOr<v1::LayerLimits> limits = ReadLimits(request);
  if (!limits.ok()) return responder.Send(SessionProblem(limits.status()));
  v1::SelectLayersRequest select;
  select.set_session_id(url->session_id);
  *select.mutable_limits() = *std::move(limits);
  rpc::CallUnary<v1::WebRtc>(
      channels, node->grpc_address(), &rpc::Methods<v1::WebRtc>::SelectLayers, select, kQuickCall,
      [responder](const absl::StatusOr<v1::SelectLayersResponse>& answer) {
        responder.Send(answer.ok() ? http::EmptyResponse(204) : SessionProblem(answer.status()));
      });
}

}  // namespace

std::string LayersPath(const SessionUrl& url) {
  return StrCat("/api/v1/players/", ToPathSegment(url), "/layers");
}

void AddLayerRoutes(http::Router& router, const directory::Directory& directory,
                    rpc::ChannelPool& channels) {
  for (http::Method method : {http::Method::kPut, http::Method::kPost}) {
    router.Add(method, kPattern,
               [&directory, &channels](const http::Request& request, http::Responder responder) {
                 http::Responder with_cors([responder](http::Response response) {
                   http::AddCors(Cors(), response);
                   responder.Send(std::move(response));
                 });
                 Select(directory, channels, request, with_cors);
               });
  }
  router.Add(http::Method::kOptions, kPattern, [](const http::Request&, http::Responder responder) {
    responder.Send(http::PreflightResponse(Cors()));
  });
}

}  // namespace sluice::http_gateway
