// The gRPC surface: WebRtc for the gateways.
#pragma once

#include "libs/rpc/loop_service.h"
#include "services/webrtc-media/players.h"
#include "services/webrtc-media/publishers.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::webrtc_media {

// Made and destroyed on the home loop, after Server::Shutdown(); all it is given outlives it.
class WebRtcControl final : public v1::WebRtc::CallbackService {
 public:
  WebRtcControl(loop::EventLoop& loop, Players& players, Publishers& publishers,
                SessionWatchers& watchers)
      : calls_(loop), players_(players), publishers_(publishers), watchers_(watchers) {}

  grpc::ServerUnaryReactor* CreatePlayer(grpc::CallbackServerContext* context,
                                         const v1::CreatePlayerRequest* request,
                                         v1::CreatePlayerResponse* response) override;
  grpc::ServerUnaryReactor* CreatePublisher(grpc::CallbackServerContext* context,
                                            const v1::CreatePublisherRequest* request,
                                            v1::CreatePublisherResponse* response) override;
  grpc::ServerUnaryReactor* PatchSession(grpc::CallbackServerContext* context,
                                         const v1::PatchSessionRequest* request,
                                         v1::PatchSessionResponse* response) override;
  grpc::ServerUnaryReactor* CloseSession(grpc::CallbackServerContext* context,
                                         const v1::CloseSessionRequest* request,
                                         v1::CloseSessionResponse* response) override;
  grpc::ServerUnaryReactor* SendStreamEvent(grpc::CallbackServerContext* context,
                                            const v1::SendStreamEventRequest* request,
                                            v1::SendStreamEventResponse* response) override;
  grpc::ServerUnaryReactor* SelectLayers(grpc::CallbackServerContext* context,
                                         const v1::SelectLayersRequest* request,
                                         v1::SelectLayersResponse* response) override;
  grpc::ServerWriteReactor<v1::SessionEvent>* WatchSessions(
      grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) override;

 private:
  void Watch(const std::string& owner, std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> stream);

  rpc::LoopService calls_;
  Players& players_;
  Publishers& publishers_;
  SessionWatchers& watchers_;
};

}  // namespace sluice::webrtc_media
