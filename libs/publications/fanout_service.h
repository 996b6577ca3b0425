// gRPC: how other daemons join this daemon's publications.
#pragma once

#include <string>

#include "libs/fanout/fanout_server.h"
#include "libs/publications/publication_table.h"
#include "libs/rpc/loop_service.h"
#include "sluice/v1/fanout.grpc.pb.h"

namespace sluice::publications {

// NotFound: no such publication here. FailedPrecondition: the subscriber is on another host.
class FanoutService final : public v1::Fanout::CallbackService {
 public:
  // table and sockets outlive it.
  FanoutService(loop::EventLoop& loop, const PublicationTable& table, fanout::FanoutServer& sockets,
                std::string host_id);

  grpc::ServerUnaryReactor* Subscribe(grpc::CallbackServerContext* context,
                                      const v1::SubscribeRequest* request,
                                      v1::SubscribeResponse* response) override;

 private:
  absl::StatusOr<v1::SubscribeResponse> Admit(const v1::SubscribeRequest& request);

  const PublicationTable& table_;
  fanout::FanoutServer& sockets_;
  std::string host_id_;
  rpc::LoopService calls_;
};

}  // namespace sluice::publications
