// The gRPC surface: WebRtc for the gateways, Status for people.
#pragma once

#include "libs/rpc/loop_service.h"
#include "services/webrtc-media/players.h"
#include "sluice/v1/status.grpc.pb.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::webrtc_media {

// Both are made and destroyed on the home loop, after Server::Shutdown(); players outlives them.
class WebRtcControl final : public v1::WebRtc::CallbackService {
 public:
  WebRtcControl(loop::EventLoop& loop, Players& players) : calls_(loop), players_(players) {}

  grpc::ServerUnaryReactor* CreatePlayer(grpc::CallbackServerContext* context,
                                         const v1::CreatePlayerRequest* request,
                                         v1::CreatePlayerResponse* response) override;
  grpc::ServerUnaryReactor* CloseSession(grpc::CallbackServerContext* context,
                                         const v1::CloseSessionRequest* request,
                                         v1::CloseSessionResponse* response) override;
  grpc::ServerWriteReactor<v1::SessionEvent>* WatchSessions(
      grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) override;

 private:
  rpc::LoopService calls_;
  Players& players_;
};

class StatusControl final : public v1::Status::CallbackService {
 public:
  StatusControl(loop::EventLoop& loop, Players& players) : calls_(loop), players_(players) {}

  // This daemon has no publications.
  grpc::ServerUnaryReactor* ListStreams(grpc::CallbackServerContext* context,
                                        const v1::ListStreamsRequest* request,
                                        v1::ListStreamsResponse* response) override;
  grpc::ServerUnaryReactor* ListPlayers(grpc::CallbackServerContext* context,
                                        const v1::ListPlayersRequest* request,
                                        v1::ListPlayersResponse* response) override;

 private:
  rpc::LoopService calls_;
  Players& players_;
};

}  // namespace sluice::webrtc_media
