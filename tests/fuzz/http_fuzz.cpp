// Any bytes as the pieces of a request that we read ourselves: path, media type, credentials.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libs/base/bytes.h"
#include "libs/http/basic_auth.h"
#include "libs/http/router.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  std::string_view text = AsText({data, size});
  if (http::PercentDecode(http::PercentEncode(text)) != text) std::abort();
  if (http::PercentDecode(text).size() > text.size()) std::abort();
  if (auto credentials = http::ParseBasicAuthorization(text)) {
    if (!http::SameCredentials(*credentials, *credentials)) std::abort();
  }

  http::Router router;
  int served = 0;
  auto serve = [&](const http::Request& request, http::Responder responder) {
    ++served;
    // What a name has matched is a part of the path.
    for (const auto& [name, value] : request.path_values) {
      if (request.path.find(value) == std::string::npos) std::abort();
    }
    responder.Send(http::EmptyResponse(204));
  };
  router.Add(http::Method::kGet, "/a/{one}", serve);
  router.Add(http::Method::kPost, "/{two}/b/{rest...}", serve);
  int answers = 0;
  http::Request request;
  request.method = size % 2 == 0 ? http::Method::kGet : http::Method::kPost;
  request.path = std::string(text);
  request.headers = {{"content-type", std::string(text)}};
  request.peer_address = std::string(text.substr(0, 40));
  request.MediaType();
  request.FromLoopback();
  router.Route(request, http::Responder([&](http::Response) { ++answers; }));
  if (answers != 1 || served > 1) std::abort();
  return 0;
}
