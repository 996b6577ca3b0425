// One HTTP request and one response as values (RFC 9110).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

// For Allow, where the path does not tell.
inline constexpr std::string_view kAllMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

// "GET", "HEAD", ...
std::string_view MethodName(Method method);

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::kGet;
  std::string path;          // percent-decoded, begins with '/', repeated slashes are one
  std::string query;         // percent-decoded, without '?'; arguments joined by '&'
  Fields path_values;        // what the route's {name} segments matched, decoded
  Fields headers;            // names in lower case; only those of kKeptHeaders (server.cpp)
  std::string body;          // whole, at most ServerOptions::max_body_bytes
  std::string peer_address;  // "192.0.2.1" or "2001:db8::1", without port
  bool secure = false;       // came over TLS

  // Empty if there is none. `name` in lower case.
  std::string_view Header(std::string_view name) const;
  // The {name} segment of the route; empty if the route has none.
  std::string_view PathValue(std::string_view name) const;
  // The first argument `name` of the query; empty if there is none.
  std::string_view QueryValue(std::string_view name) const;
  // The media type of Content-Type in lower case, without parameters; empty if there is none.
  std::string MediaType() const;
  bool FromLoopback() const;
};

struct Response {
  int status = 200;
  Fields headers;  // Content-Length, Date and Connection are the server's own business
  std::string body;

  Response& Set(std::string name, std::string value);
};

// Bodies of one kind, Content-Type set. Problem: RFC 9457 problem details; `detail` for people.
Response TextResponse(int status, std::string text);
Response JsonResponse(int status, std::string json);
Response ProblemResponse(int status, std::string_view title, std::string_view detail);
Response EmptyResponse(int status);

// The reason phrase of RFC 9110 for `status`, or "Unknown".
std::string_view StatusText(int status);

}  // namespace sluice::http
