// Which function answers which method and path.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/http/message.h"
#include "libs/http/responder.h"

namespace sluice::http {

// Answers a request through the responder, before it returns or later on the loop.
using Serve = std::function<void(const Request&, Responder)>;

// A table of routes, in the order of adding; the first that matches wins. Patterns are literal
// segments and names in braces: "/whep/{name}" matches one segment, "{name...}" as the last segment
// matches the rest of the path (at least one byte). No route for the path is 404; a route, but not
// for the method, is 405 with Allow (RFC 9110 §15.5.6). HEAD is served by a GET route.
class Router {
 public:
  // `pattern` begins with '/'.
  void Add(Method method, std::string_view pattern, Serve serve);
  // Runs the route, or answers 404 or 405. Fills in `request.path_values`.
  void Route(Request request, Responder responder) const;

 private:
  struct Entry {
    Method method;
    std::vector<std::string> segments;
    Serve serve;
  };
  std::vector<Entry> entries_;
};

// "%41" -> "A". Malformed escapes stay as they are.
std::string PercentDecode(std::string_view text);
// Everything but RFC 3986 "unreserved" is escaped: fit for one path segment or query value.
std::string PercentEncode(std::string_view text);

}  // namespace sluice::http
