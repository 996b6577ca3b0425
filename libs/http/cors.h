// Cross-origin rules (Fetch standard): which pages of other origins may call us.
#pragma once

#include <string>

#include "libs/http/message.h"

namespace sluice::http {

// Header values as they are sent. An empty value is not sent.
struct CorsPolicy {
  std::string allow_origin = "*";
  std::string allow_methods;   // "POST, DELETE"
  std::string allow_headers;   // "Content-Type"
  std::string expose_headers;  // "Location"
};

// Adds what belongs on every response.
void AddCors(const CorsPolicy& policy, Response& response);
// The answer to a preflight OPTIONS request: 204 with everything the policy allows.
Response PreflightResponse(const CorsPolicy& policy);

}  // namespace sluice::http
