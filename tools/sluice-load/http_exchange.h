// One HTTP/1.1 request and its answer, blocking: for the pool, not for the loop.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/net/socket_address.h"

namespace sluice::load {

struct HttpUrl {
  net::SocketAddress server;
  std::string host;  // for the Host header
  std::string path;
};
// "http://127.0.0.1:8081/whep/cam": a numeric host only, so that nobody is loaded by mistake.
// InvalidArgument otherwise.
absl::StatusOr<HttpUrl> ParseHttpUrl(std::string_view url);

struct HttpAnswer {
  int status = 0;
  std::string location;  // empty if there is none
  std::string body;
};

// Unavailable if the server cannot be reached or breaks off; at most 5 s and 256 kB.
absl::StatusOr<HttpAnswer> Exchange(const HttpUrl& url, std::string_view method,
                                    std::string_view content_type, std::string_view body);

}  // namespace sluice::load
