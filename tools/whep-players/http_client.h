// One HTTP/1.1 request over a blocking socket: enough for WHEP against loopback.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace sluice::whep_players {

struct HttpUrl {
  std::string host;  // IPv4 address or name
  std::string port;
  std::string path;
  // InvalidArgument for anything but http://host[:port]/path.
  static absl::StatusOr<HttpUrl> Parse(const std::string& text);
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// Blocks until the answer is there, at most 10 s. Unavailable if nobody answers or the answer is
// not HTTP.
absl::StatusOr<HttpAnswer> Request(const HttpUrl& url, const std::string& method,
                                   const std::string& content_type, const std::string& body);

}  // namespace sluice::whep_players
