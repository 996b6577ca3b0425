#include "services/transcoder/control.h"

namespace sluice::transcoder {

grpc::ServerUnaryReactor* Control::StartRendition(grpc::CallbackServerContext* context,
                                                  const v1::StartRenditionRequest* request,
                                                  v1::StartRenditionResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::StartRenditionRequest& asked, rpc::Reply<v1::StartRenditionResponse> reply) {
        renditions_.Start(asked, [reply](const absl::StatusOr<v1::StartRenditionResponse>& answer) {
          reply(answer);
        });
      });
}

}  // namespace sluice::transcoder
