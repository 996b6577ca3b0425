#include "libs/publications/fanout_service.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/fanout/description_map.h"

namespace sluice::publications {

FanoutService::FanoutService(loop::EventLoop& loop, const PublicationTable& table,
                             fanout::FanoutServer& sockets, std::string host_id)
    : table_(table), sockets_(sockets), host_id_(std::move(host_id)), calls_(loop) {}

grpc::ServerUnaryReactor* FanoutService::Subscribe(grpc::CallbackServerContext* context,
                                                   const v1::SubscribeRequest* request,
                                                   v1::SubscribeResponse* response) {
  return calls_.Unary(*context, *request, *response,
                      [this](const v1::SubscribeRequest& asked,
                             rpc::Reply<v1::SubscribeResponse> reply) { reply(Admit(asked)); });
}

absl::StatusOr<v1::SubscribeResponse> FanoutService::Admit(const v1::SubscribeRequest& request) {
  auto publication = table_.Find(fanout::FromProto(request.key()));
  if (publication == nullptr) {
    return absl::NotFoundError(
        StrCat("no stream ", fanout::FromProto(request.key()).ToString(), " here"));
  }
  if (request.subscriber_host_id() != host_id_) {
    return absl::FailedPreconditionError(
        "the fan-out between hosts is not there yet: run the daemons on one host");
  }
  SLUICE_ASSIGN_OR_RETURN(
      std::string token,
      sockets_.IssueToken(publication, {request.track_ids().begin(), request.track_ids().end()}));
  v1::SubscribeResponse response;
  response.set_address(sockets_.address());
  response.set_token(token);
  return response;
}

}  // namespace sluice::publications
