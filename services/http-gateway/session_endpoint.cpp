#include "services/http-gateway/session_endpoint.h"

#include <optional>
#include <string_view>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/http/cors.h"
#include "libs/media/track.h"
#include "libs/rpc/client.h"
#include "services/http-gateway/status_map.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::http_gateway {
namespace {

constexpr std::string_view kSdp = "application/sdp";
constexpr std::string_view kFragment = "application/trickle-ice-sdpfrag";
constexpr std::string_view kMethods = "POST, PATCH, DELETE, OPTIONS";
constexpr std::string_view kService = "webrtc-media";

// Every answer carries the CORS fields, errors too: a page must be able to read why.
http::CorsPolicy Cors() {
  return {.allow_methods = std::string(kMethods),
          .allow_headers = "Content-Type, Authorization, If-Match",
          .expose_headers = "Location, ETag, Link, Accept-Patch, Accept-Post, Retry-After"};
}

http::Responder WithCors(http::Responder responder) {
  return http::Responder([responder](http::Response response) {
    http::AddCors(Cors(), response);
    responder.Send(std::move(response));
  });
}

http::Response NotAllowed(std::string_view allow, std::string_view detail) {
  http::Response response = http::ProblemResponse(405, "Method Not Allowed", detail);
  response.Set("Allow", std::string(allow));
  return response;
}

// The headers of an offer; nullopt if they are right.
std::optional<http::Response> CheckOfferHeaders(const http::Request& request) {
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

// RFC 9725 §4.3.1: the ICE session that a fragment is for, as PatchSessionRequest.if_match has it.
struct Precondition {
  std::optional<http::Response> refusal;
  std::string if_match;
};

Precondition ReadPrecondition(const http::Request& request) {
  const std::string_view text = request.Header("if-match");
  if (text.empty()) {
    return {http::ProblemResponse(428, "Precondition Required",
                                  "If-Match must have the session's ETag, or * for a restart."),
            ""};
  }
  if (text == "*") return {std::nullopt, "*"};
  // RFC 9110 §8.8.3: weak tags never match strongly; a list of tags is of no use here.
  const bool strong = text.size() > 2 && text.front() == '"' && text.back() == '"';
  const std::string_view tag = strong ? text.substr(1, text.size() - 2) : std::string_view();
  if (!strong || tag.find('"') != std::string_view::npos) {
    return {PatchProblem(absl::FailedPreconditionError("If-Match is not the session's ETag.")), ""};
  }
  return {std::nullopt, std::string(tag)};
}

void Count(const http::Response& response, EndpointCounters& counters) {
  if (response.status == 201) ++counters.made;
  if (response.status >= 400 && response.status < 500) ++counters.refused;
  if (response.status >= 500) ++counters.failed;
}

std::string_view LastSegment(const http::Request& request) {
  const std::string_view path = request.PathValue("path");
  return path.substr(path.rfind('/') + 1);
}

// The session that a request's URL names, with its node; nullopt: there cannot be one.
struct Target {
  SessionUrl url;
  directory::NodePtr node;
};
std::optional<Target> FindTarget(const http::Request& request,
                                 const directory::Directory& directory) {
  std::optional<SessionUrl> url = ParseSessionUrl(LastSegment(request));
  directory::NodePtr node = url ? directory.FindNode(url->node_id) : nullptr;
  if (!node || node->service() != kService) return std::nullopt;
  return Target{*std::move(url), std::move(node)};
}

// RFC 9725 §4.2, §4.6.
http::Response Created(std::string sdp, const std::string& etag, const std::string& location,
                       const std::string& links) {
  http::Response response{.status = 201, .body = std::move(sdp)};
  response.Set("Content-Type", std::string(kSdp))
      .Set("Location", location)
      .Set("Accept-Patch", std::string(kFragment));
  if (!etag.empty()) response.Set("ETag", StrCat("\"", etag, "\""));
  if (!links.empty()) response.Set("Link", links);
  return response;
}

// A session whose answer did not come in time may be there nevertheless.
void CloseUnanswered(rpc::ChannelPool& channels, const v1::Node& node,
                     const std::string& session_id) {
  v1::CloseSessionRequest close;
  close.set_session_id(session_id);
  rpc::CallUnary<v1::WebRtc>(channels, node.grpc_address(), &rpc::Methods<v1::WebRtc>::CloseSession,
                             close, kQuickCall,
                             [](const absl::StatusOr<v1::CloseSessionResponse>&) {});
}

http::Response NoSession() {
  return SessionProblem(absl::NotFoundError("There is no such session."));
}

}  // namespace

SessionEndpoint::SessionEndpoint(std::string prefix, EndpointContext& context)
    : prefix_(std::move(prefix)), context_(context) {}

void SessionEndpoint::AddRoutes(http::Router& router) {
  using http::Method;
  const std::string pattern = prefix_ + "/{path...}";  // names may hold slashes
  const auto add = [&](Method method, auto serve) {
    router.Add(method, pattern,
               [this, serve](const http::Request& request, http::Responder responder) {
                 (this->*serve)(request, Observed(request, WithCors(std::move(responder))));
               });
  };
  add(Method::kPost, &SessionEndpoint::OnOffer);
  add(Method::kPatch, &SessionEndpoint::OnPatch);
  add(Method::kDelete, &SessionEndpoint::OnDelete);
  router.Add(Method::kGet, pattern, [](const http::Request&, http::Responder responder) {
    WithCors(std::move(responder))
        .Send(NotAllowed(kMethods, "A session is made by POST of an SDP offer."));
  });
  router.Add(Method::kOptions, pattern, [this](const http::Request&, http::Responder responder) {
    http::Response response = http::PreflightResponse(Cors());
    response.Set("Accept-Post", std::string(kSdp)).Set("Accept-Patch", std::string(kFragment));
    const std::string& links = context_.options.ice_links;
    if (!links.empty()) response.Set("Link", links);
    responder.Send(std::move(response));
  });
}

// A log line for every refusal.
http::Responder SessionEndpoint::Observed(const http::Request& request,
                                          http::Responder responder) const {
  return http::Responder([&log = context_.log, method = request.method, path = request.path,
                          peer = request.peer_address, responder](http::Response response) {
    if (response.status >= 400) {
      log.WarningLimited("request refused", {{"method", http::MethodName(method)},
                                             {"path", path},
                                             {"peer", peer},
                                             {"status", response.status},
                                             {"cause", response.body}});
    }
    responder.Send(std::move(response));
  });
}

absl::StatusOr<SessionEndpoint::Create> SessionEndpoint::Accept(const http::Request& request,
                                                                const std::string& session_id) {
  if (draining_) return absl::UnavailableError("This gateway is about to stop.");
  std::string name(request.PathValue("path"));
  if (!media::IsValidStreamName(name)) {
    return absl::InvalidArgumentError("This cannot be a stream's name.");
  }
  return Prepare({request, std::move(name), session_id});
}

directory::NodePtr SessionEndpoint::ChooseNode(const media::StreamKey& stream) const {
  return context_.directory.ChooseNode(kService, &stream);
}

void SessionEndpoint::OnOffer(const http::Request& request, http::Responder responder) {
  ++counters_->offers;
  http::Responder counted([counters = counters_, responder](http::Response response) {
    Count(response, *counters);
    responder.Send(std::move(response));
  });
  if (FindTarget(request, context_.directory)) {
    return counted.Send(NotAllowed("PATCH, DELETE, OPTIONS", "This is a session already."));
  }
  if (auto refusal = CheckOfferHeaders(request)) return counted.Send(*std::move(refusal));
  SessionUrl url{"", context_.random.NextHex(kSessionIdBytes)};
  absl::StatusOr<Create> create = Accept(request, url.session_id);
  if (!create.ok()) return counted.Send(SessionProblem(create.status()));
  const std::string name(request.PathValue("path"));
  const media::StreamKey key{name, ""};
  directory::NodePtr node = ChooseNode(key);
  if (!node) {
    return counted.Send(SessionProblem(absl::UnavailableError("No media node is ready.")));
  }
  url.node_id = node->id();
  std::string location = StrCat(prefix_, "/", http::PercentEncode(name), "/", ToPathSegment(url));
  std::string links = context_.options.ice_links;
  const std::string own = LinkOf(url);
  if (!own.empty()) links += StrCat(links.empty() ? "" : ", ", own);
  // This may have gone by then.
  (*create)(*node, [&channels = context_.channels, counted, node, location, links,
                    id = url.session_id](absl::StatusOr<Answer> answer) {
    if (absl::IsDeadlineExceeded(answer.status())) CloseUnanswered(channels, *node, id);
    if (!answer.ok()) return counted.Send(SessionProblem(answer.status()));
    counted.Send(Created(std::move(answer->sdp), answer->etag, location, links));
  });
}

void SessionEndpoint::OnPatch(const http::Request& request, http::Responder responder) {
  if (!ParseSessionUrl(LastSegment(request))) {
    return responder.Send(NotAllowed("POST, OPTIONS", "Only a session can be patched."));
  }
  std::optional<Target> target = FindTarget(request, context_.directory);
  if (!target) return responder.Send(NoSession());
  if (request.MediaType() != kFragment) {
    http::Response response =
        http::ProblemResponse(415, "Unsupported Media Type",
                              StrCat("The fragment's Content-Type must be ", kFragment, "."));
    response.Set("Accept-Patch", std::string(kFragment));
    return responder.Send(std::move(response));
  }
  Precondition precondition = ReadPrecondition(request);
  if (precondition.refusal) return responder.Send(*std::move(precondition.refusal));
  v1::PatchSessionRequest patch;
  patch.set_session_id(target->url.session_id);
  patch.set_fragment(request.body);
  patch.set_if_match(precondition.if_match);
  rpc::CallUnary<v1::WebRtc>(
      context_.channels, target->node->grpc_address(), &rpc::Methods<v1::WebRtc>::PatchSession,
      patch, kQuickCall,
      [counters = counters_, responder](absl::StatusOr<v1::PatchSessionResponse> answer) {
        if (!answer.ok()) return responder.Send(PatchProblem(answer.status()));
        ++counters->patched;
        http::Response response = http::EmptyResponse(204);
        if (!answer->fragment().empty()) {
          response = {.status = 200, .body = answer->fragment()};
          response.Set("Content-Type", std::string(kFragment));
        }
        if (!answer->etag().empty()) response.Set("ETag", StrCat("\"", answer->etag(), "\""));
        responder.Send(std::move(response));
      });
}

void SessionEndpoint::OnDelete(const http::Request& request, http::Responder responder) {
  std::optional<Target> target = FindTarget(request, context_.directory);
  if (!target) return responder.Send(NoSession());
  v1::CloseSessionRequest close;
  close.set_session_id(target->url.session_id);
  rpc::CallUnary<v1::WebRtc>(
      context_.channels, target->node->grpc_address(), &rpc::Methods<v1::WebRtc>::CloseSession,
      close, kQuickCall,
      [counters = counters_, responder](absl::StatusOr<v1::CloseSessionResponse> answer) {
        if (!answer.ok()) return responder.Send(SessionProblem(answer.status()));
        ++counters->closed;
        responder.Send(http::EmptyResponse(200));
      });
}

}  // namespace sluice::http_gateway
