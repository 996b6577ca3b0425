#include "services/http-gateway/status_map.h"

#include "libs/base/text.h"

namespace sluice::http_gateway {
namespace {

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kFailedPrecondition:
      return 406;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

http::Response Problem(int code, const absl::Status& status) {
  http::Response response =
      http::ProblemResponse(code, http::StatusText(code), ToStd(status.message()));
  if (code == 503) response.Set("Retry-After", "1");
  return response;
}

}  // namespace

http::Response SessionProblem(const absl::Status& status) {
  return Problem(HttpStatus(status.code()), status);
}

http::Response PatchProblem(const absl::Status& status) {
  return Problem(absl::IsFailedPrecondition(status) ? 412 : HttpStatus(status.code()), status);
}

}  // namespace sluice::http_gateway
