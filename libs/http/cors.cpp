#include "libs/http/cors.h"

namespace sluice::http {

void AddCors(const CorsPolicy& policy, Response& response) {
  if (!policy.allow_origin.empty()) {
    response.Set("Access-Control-Allow-Origin", policy.allow_origin);
  }
  if (!policy.expose_headers.empty()) {
    response.Set("Access-Control-Expose-Headers", policy.expose_headers);
  }
}

Response PreflightResponse(const CorsPolicy& policy) {
  Response response = EmptyResponse(204);
  AddCors(policy, response);
  if (!policy.allow_methods.empty()) {
    response.Set("Access-Control-Allow-Methods", policy.allow_methods);
  }
  if (!policy.allow_headers.empty()) {
    response.Set("Access-Control-Allow-Headers", policy.allow_headers);
  }
  response.Set("Access-Control-Max-Age", "86400");  // seconds; browsers cut it to their own limit
  return response;
}

}  // namespace sluice::http
