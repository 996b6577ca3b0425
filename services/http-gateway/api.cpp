#include "services/http-gateway/api.h"

#include <google/protobuf/util/json_util.h>

#include <string>
#include <utility>

#include "libs/base/text.h"
#include "services/http-gateway/assets.h"

namespace sluice::http_gateway {
namespace {

http::Response ProtoResponse(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  // Only a string that is not UTF-8 can bring this about, and names are checked where they come in.
  if (!status.ok()) return http::ProblemResponse(500, "Internal Server Error", "not printable");
  return http::JsonResponse(200, std::move(json));
}

void OnNodes(const directory::Directory& directory, const http::Responder& responder) {
  std::string list;
  for (const directory::NodePtr& node : directory.ListNodes("")) {
    if (!list.empty()) list += ',';
    list += ProtoResponse(*node).body;
  }
  responder.Send(http::JsonResponse(200, StrCat("{\"nodes\":[", list, "]}")));
}

void OnOpenApi(const http::Request&, http::Responder responder) {
  for (const Asset& asset : Assets()) {
    if (asset.name == "openapi.json") {
      return responder.Send(http::JsonResponse(200, std::string(asset.content)));
    }
  }
}

}  // namespace

void AddApiRoutes(http::Router& router, Access& access, SuiteStatus& suite,
                  const directory::Directory& directory) {
  using http::Method;
  router.Add(Method::kGet, "/api/v1/streams",
             access.Guard([&suite](const http::Request&, http::Responder responder) {
               suite.Get([responder](const SuitePicture& picture) {
                 v1::ListStreamsResponse all;
                 for (const KnownStream& known : picture.streams) *all.add_streams() = known.status;
                 responder.Send(ProtoResponse(all));
               });
             }));
  router.Add(Method::kGet, "/api/v1/players",
             access.Guard([&suite](const http::Request&, http::Responder responder) {
               suite.Get([responder](const SuitePicture& picture) {
                 v1::ListPlayersResponse all;
                 for (const KnownPlayer& known : picture.players) *all.add_players() = known.status;
                 responder.Send(ProtoResponse(all));
               });
             }));
  router.Add(Method::kGet, "/api/v1/nodes",
             access.Guard([&directory](const http::Request&, http::Responder responder) {
               OnNodes(directory, responder);
             }));
  router.Add(Method::kGet, "/api/v1/openapi.json", access.Guard(OnOpenApi));
}

void AddHealthRoutes(http::Router& router, const directory::Directory& directory) {
  using http::Method;
  router.Add(Method::kGet, "/health", [](const http::Request&, http::Responder responder) {
    responder.Send(http::TextResponse(200, "ok\n"));
  });
  router.Add(Method::kGet, "/ready", [&directory](const http::Request&, http::Responder responder) {
    if (!directory.synced()) {
      return responder.Send(http::TextResponse(503, "the directory has not been read yet\n"));
    }
    if (!directory.ChooseNode("webrtc-media", nullptr)) {
      return responder.Send(http::TextResponse(503, "no webrtc-media node is ready\n"));
    }
    responder.Send(http::TextResponse(200, "ready\n"));
  });
}

}  // namespace sluice::http_gateway
