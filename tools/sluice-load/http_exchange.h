// One HTTP/1.1 request and its answer, blocking: for the pool, not for the loop.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace sluice::load {

struct HttpUrl {
  bool tls = false;
  std::string host;  // without port and brackets
  uint16_t port = 0;
  std::string path;
};
// "http://127.0.0.1:8081/whep/cam", "https://media.example:8444/whep/cam". InvalidArgument
// otherwise.
absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view url);
// `location` as a Location header gives it, seen from `url`: absolute, or a path.
absl::StatusOr<HttpUrl> ResolveLocation(const HttpUrl& url, std::string_view location);

struct HttpRequest {
  std::string method;
  std::string content_type;  // empty: no body
  std::string body;
  std::string token;  // empty: no Authorization header
};
struct HttpAnswer {
  int status = 0;
  std::string location;  // empty if there is none
  std::string body;
};

// Unavailable if the server cannot be reached or breaks off; at most 5 s per call of the socket and
// 256 kB. Certificates are not checked: a load generator trusts what it loads.
absl::StatusOr<HttpAnswer> Exchange(const HttpUrl& url, const HttpRequest& request);

// The bytes of a whole answer, chunked or not. Unavailable if it is no HTTP/1.1.
absl::StatusOr<HttpAnswer> ParseHttpAnswer(std::string_view text);

}  // namespace sluice::load
