#include "services/http-gateway/whep.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/http/cors.h"
#include "libs/media/track.h"
#include "libs/rpc/client.h"
#include "services/http-gateway/status_map.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::http_gateway {
namespace {

constexpr std::string_view kPattern = "/whep/{path...}";  // names may hold slashes
constexpr int kSessionBytes = 16;
constexpr std::string_view kSdp = "application/sdp";

http::CorsPolicy Cors() {
  return {.allow_methods = "POST, DELETE, OPTIONS",
          .allow_headers = "Content-Type, Authorization",
          .expose_headers = "Location"};
}

// Every answer carries the CORS fields, errors too: a page must be able to read why.
http::Responder WithCors(http::Responder responder) {
  return http::Responder([responder](http::Response response) {
    http::AddCors(Cors(), response);
    responder.Send(std::move(response));
  });
}

http::Serve WithCors(http::Serve serve) {
  return [serve = std::move(serve)](const http::Request& request, http::Responder responder) {
    serve(request, WithCors(std::move(responder)));
  };
}

void OnOptions(const http::Request&, http::Responder responder) {
  http::Response response = http::PreflightResponse(Cors());
  response.Set("Accept-Post", std::string(kSdp));
  responder.Send(std::move(response));
}

http::Serve NotAllowed(std::string detail) {
  return [detail = std::move(detail)](const http::Request&, http::Responder responder) {
    http::Response response = http::ProblemResponse(405, "Method Not Allowed", detail);
    response.Set("Allow", "POST, DELETE, OPTIONS");
    responder.Send(std::move(response));
  };
}

// The headers of an offer; nullopt if they are right.
std::optional<http::Response> CheckOffer(const http::Request& request) {
  if (request.MediaType() != kSdp) {
    http::Response response = http::ProblemResponse(
        415, "Unsupported Media Type", "The offer's Content-Type must be application/sdp.");
    response.Set("Accept-Post", std::string(kSdp));
    return response;
  }
  std::string_view accept = request.Header("accept");
  bool takes_sdp = accept.empty() || accept.find(kSdp) != std::string_view::npos ||
                   accept.find("*/*") != std::string_view::npos ||
                   accept.find("application/*") != std::string_view::npos;
  if (!takes_sdp) {
    return http::ProblemResponse(406, "Not Acceptable", "The answer is application/sdp.");
  }
  return std::nullopt;
}

void Count(const http::Response& response, WhepCounters& counters) {
  if (response.status == 201) ++counters.players;
  if (response.status >= 400 && response.status < 500) ++counters.refused;
  if (response.status >= 500) ++counters.failed;
}

}  // namespace

std::optional<WhepResource> ParseWhepResource(std::string_view text) {
  size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  std::string_view session = text.substr(dot + 1);
  bool hex = session.size() == 2 * kSessionBytes &&
             std::all_of(session.begin(), session.end(),
                         [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (!hex) return std::nullopt;
  return WhepResource{std::string(text.substr(0, dot)), std::string(session)};
}

Whep::Whep(WhepOptions options, directory::Directory& directory, rpc::ChannelPool& channels,
           RandomSource& random)
    : options_(std::move(options)), directory_(directory), channels_(channels), random_(random) {}

void Whep::AddRoutes(http::Router& router) {
  using http::Method;
  router.Add(Method::kOptions, kPattern, OnOptions);
  router.Add(Method::kPost, kPattern,
             WithCors([this](const http::Request& request, http::Responder responder) {
               OnOffer(request, std::move(responder));
             }));
  router.Add(Method::kDelete, kPattern,
             WithCors([this](const http::Request& request, http::Responder responder) {
               OnDelete(request, std::move(responder));
             }));
  router.Add(Method::kPatch, kPattern,
             WithCors(NotAllowed("Trickle ICE and ICE restarts are not available: the answer has "
                                 "all candidates.")));
  router.Add(Method::kGet, kPattern,
             WithCors(NotAllowed("A player is made by POST of an SDP offer.")));
}

absl::StatusOr<directory::NodePtr> Whep::ChooseNode(const std::string& stream_name) const {
  if (draining_) return absl::UnavailableError("This gateway is about to stop.");
  if (!media::IsValidStreamName(stream_name)) {
    return absl::InvalidArgumentError("This cannot be a stream's name.");
  }
  media::StreamKey key{stream_name, ""};
  if (directory_.synced() && !directory_.FindStream(key)) {
    return absl::NotFoundError("There is no such stream.");
  }
  directory::NodePtr node = directory_.ChooseNode("webrtc-media", &key);
  if (!node) return absl::UnavailableError("No media node is ready.");
  return node;
}

void Whep::OnOffer(const http::Request& request, http::Responder responder) {
  ++counters_->offers;
  http::Responder counted([counters = counters_, responder](http::Response response) {
    Count(response, *counters);
    responder.Send(std::move(response));
  });
  if (auto refusal = CheckOffer(request)) return counted.Send(*std::move(refusal));
  std::string name(request.PathValue("path"));
  absl::StatusOr<directory::NodePtr> node = ChooseNode(name);
  if (!node.ok()) return counted.Send(WhepProblem(node.status()));

  v1::CreatePlayerRequest create;
  create.set_session_id(random_.NextHex(kSessionBytes));
  create.set_stream_name(name);
  create.set_offer_sdp(request.body);
  create.set_owner(options_.node_id);
  create.set_protocol("whep");
  create.set_client_address(request.peer_address);
  std::string location = StrCat("/whep/", http::PercentEncode(name), "/",
                                http::PercentEncode((*node)->id()), ".", create.session_id());
  rpc::CallUnary<v1::WebRtc>(
      channels_, (*node)->grpc_address(), &rpc::Methods<v1::WebRtc>::CreatePlayer, create,
      options_.call_timeout, [counted, location](absl::StatusOr<v1::CreatePlayerResponse> answer) {
        if (!answer.ok()) return counted.Send(WhepProblem(answer.status()));
        http::Response response{.status = 201, .body = answer->answer_sdp()};
        response.Set("Content-Type", std::string(kSdp)).Set("Location", location);
        counted.Send(std::move(response));
      });
}

void Whep::OnDelete(const http::Request& request, http::Responder responder) {
  std::string_view path = request.PathValue("path");
  std::optional<WhepResource> resource = ParseWhepResource(path.substr(path.rfind('/') + 1));
  directory::NodePtr node = resource ? directory_.FindNode(resource->node_id) : nullptr;
  if (!node || node->service() != "webrtc-media") {
    responder.Send(WhepProblem(absl::NotFoundError("There is no such session.")));
    return;
  }
  v1::CloseSessionRequest close;
  close.set_session_id(resource->session_id);
  rpc::CallUnary<v1::WebRtc>(
      channels_, node->grpc_address(), &rpc::Methods<v1::WebRtc>::CloseSession, close,
      options_.call_timeout,
      [counters = counters_, responder](absl::StatusOr<v1::CloseSessionResponse> answer) {
        if (!answer.ok()) return responder.Send(WhepProblem(answer.status()));
        ++counters->closed;
        responder.Send(http::EmptyResponse(200));
      });
}

}  // namespace sluice::http_gateway
