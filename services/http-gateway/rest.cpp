#include "services/http-gateway/rest.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "libs/base/text.h"
#include "libs/http/cors.h"
#include "libs/wcs/stream_object.h"
#include "services/http-gateway/stream_map.h"

namespace sluice::http_gateway {
namespace {

http::CorsPolicy Cors(const std::string& allow_origin) {
  return {.allow_origin = allow_origin,
          .allow_methods = "POST, GET",
          .allow_headers = "content-type,x-requested-with,authorization"};
}

http::Response ErrorResponse(int status, std::string exception, std::string reason,
                             const std::string& path) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return http::JsonResponse(
      status,
      wcs::SerializeRestError(
          {.status = status,
           .exception = std::move(exception),
           .reason = std::move(reason),
           .path = path,
           .timestamp_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count()}));
}

void Find(SuiteStatus& suite, const wcs::StreamFilter& filter, const std::string& path,
          const http::Responder& responder) {
  suite.Get([filter, path, responder](const SuitePicture& picture) {
    std::vector<wcs::StreamObject> found;
    for (wcs::StreamObject& stream : ToStreamObjects(picture)) {
      if (filter.Matches(stream)) found.push_back(std::move(stream));
    }
    if (found.empty()) {
      // WCS answers 404, not an empty array.
      responder.Send(ErrorResponse(404, "NotFoundException", "No streams found", path));
      return;
    }
    responder.Send(http::JsonResponse(200, wcs::SerializeStreams(found)));
  });
}

// JSON, or what programs call it that do not say what they send (curl -d, fetch of a string).
bool MayBeJson(const http::Request& request) {
  static constexpr std::array<std::string_view, 5> kTypes = {
      "", "application/json", "text/json", "application/x-www-form-urlencoded", "text/plain"};
  return request.body.empty() ||
         std::find(kTypes.begin(), kTypes.end(), request.MediaType()) != kTypes.end();
}

}  // namespace

void AddRestRoutes(http::Router& router, Access& access, SuiteStatus& suite,
                   const std::string& allow_origin) {
  http::Serve find = [&suite](const http::Request& request, http::Responder responder) {
    if (!MayBeJson(request)) {
      responder.Send(ErrorResponse(415, "UnsupportedMediaTypeException",
                                   "The body must be application/json", request.path));
      return;
    }
    absl::StatusOr<wcs::StreamFilter> filter = wcs::ParseStreamFilter(request.body);
    if (!filter.ok()) {
      responder.Send(ErrorResponse(400, "BadRequestException",
                                   std::string(filter.status().message()), request.path));
      return;
    }
    Find(suite, *filter, request.path, responder);
  };
  http::Serve find_all = [&suite](const http::Request& request, http::Responder responder) {
    Find(suite, wcs::StreamFilter(), request.path, responder);
  };
  http::CorsPolicy cors = Cors(allow_origin);
  auto add = [&](std::string_view path, http::Serve serve) {
    http::Serve guarded = access.Guard(std::move(serve));
    http::Serve with_cors = [cors, guarded](const http::Request& request,
                                            http::Responder responder) {
      guarded(request, http::Responder([cors, responder](http::Response response) {
                http::AddCors(cors, response);
                responder.Send(std::move(response));
              }));
    };
    router.Add(http::Method::kPost, path, with_cors);
    router.Add(http::Method::kGet, path, with_cors);
    router.Add(http::Method::kOptions, path, [cors](const http::Request&, http::Responder r) {
      r.Send(http::PreflightResponse(cors));
    });
  };
  add("/rest-api/stream/find", find);
  add("/rest-api/stream/find_all", find_all);
}

}  // namespace sluice::http_gateway
