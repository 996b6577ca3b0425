// gRPC Transcoder.
#pragma once

#include "libs/rpc/loop_service.h"
#include "services/transcoder/renditions.h"
#include "sluice/v1/transcoder.grpc.pb.h"

namespace sluice::transcoder {

class Control final : public v1::Transcoder::CallbackService {
 public:
  // Both outlive this. Destroyed on the loop after rpc::Server::Shutdown().
  Control(loop::EventLoop& loop, Renditions& renditions) : renditions_(renditions), calls_(loop) {}

  grpc::ServerUnaryReactor* StartRendition(grpc::CallbackServerContext* context,
                                           const v1::StartRenditionRequest* request,
                                           v1::StartRenditionResponse* response) override;

 private:
  Renditions& renditions_;
  rpc::LoopService calls_;
};

}  // namespace sluice::transcoder
