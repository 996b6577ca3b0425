// gRPC: what this daemon publishes and whom it serves, for REST, the console and the command line.
#pragma once

#include <functional>

#include "libs/publications/publication_table.h"
#include "libs/rpc/loop_service.h"
#include "sluice/v1/status.grpc.pb.h"

namespace sluice::publications {

class StatusService final : public v1::Status::CallbackService {
 public:
  // Adds the players of this daemon to the answer; called on the loop. request.stream_name(): empty
  // = all.
  using ListPlayersHere =
      std::function<void(const v1::ListPlayersRequest& request, v1::ListPlayersResponse& response)>;

  // table outlives it. list_players: empty if this daemon serves none.
  StatusService(loop::EventLoop& loop, const PublicationTable& table, ListPlayersHere list_players);

  grpc::ServerUnaryReactor* ListStreams(grpc::CallbackServerContext* context,
                                        const v1::ListStreamsRequest* request,
                                        v1::ListStreamsResponse* response) override;
  grpc::ServerUnaryReactor* ListPlayers(grpc::CallbackServerContext* context,
                                        const v1::ListPlayersRequest* request,
                                        v1::ListPlayersResponse* response) override;

 private:
  const PublicationTable& table_;
  ListPlayersHere list_players_;
  rpc::LoopService calls_;
};

// One publication's status.
v1::StreamStatus StatusOf(const fanout::Publication& publication);

}  // namespace sluice::publications
