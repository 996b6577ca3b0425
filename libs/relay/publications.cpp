#include "libs/relay/publications.h"

#include <utility>
#include <vector>

#include "libs/base/text.h"
#include "libs/fanout/description_map.h"
#include "libs/relay/publication_map.h"
#include "libs/rpc/loop_service.h"
#include "sluice/v1/fanout.grpc.pb.h"
#include "sluice/v1/status.grpc.pb.h"

namespace sluice::relay {

class Publications::FanoutService final : public v1::Fanout::CallbackService {
 public:
  FanoutService(loop::EventLoop& loop, Publications& publications)
      : publications_(publications), calls_(loop) {}

  grpc::ServerUnaryReactor* Subscribe(grpc::CallbackServerContext* context,
                                      const v1::SubscribeRequest* request,
                                      v1::SubscribeResponse* response) override {
    return calls_.Unary(*context, *request, *response,
                        [this](const v1::SubscribeRequest& asked,
                               rpc::Reply<v1::SubscribeResponse> reply) { reply(Answer(asked)); });
  }

 private:
  absl::StatusOr<v1::SubscribeResponse> Answer(const v1::SubscribeRequest& asked) {
    media::StreamKey key = fanout::FromProto(asked.key());
    auto publication = publications_.Find(key);
    if (publication == nullptr) {
      return absl::NotFoundError(StrCat("no stream ", key.ToString(), " here"));
    }
    std::vector<uint32_t> track_ids(asked.track_ids().begin(), asked.track_ids().end());
    auto token = publications_.fanout_server_.IssueToken(publication, std::move(track_ids));
    if (!token.ok()) return token.status();
    v1::SubscribeResponse response;
    response.set_address(publications_.fanout_server_.address());
    response.set_token(*token);
    return response;
  }

  Publications& publications_;
  rpc::LoopService calls_;
};

class Publications::StatusService final : public v1::Status::CallbackService {
 public:
  StatusService(loop::EventLoop& loop, Publications& publications)
      : publications_(publications), calls_(loop) {}

  grpc::ServerUnaryReactor* ListStreams(grpc::CallbackServerContext* context,
                                        const v1::ListStreamsRequest* request,
                                        v1::ListStreamsResponse* response) override {
    return calls_.Unary(
        *context, *request, *response,
        [this](const v1::ListStreamsRequest&, rpc::Reply<v1::ListStreamsResponse> reply) {
          v1::ListStreamsResponse streams;
          for (const auto& [key, publication] : publications_.all()) {
            *streams.add_streams() = StatusOf(*publication);
          }
          reply(std::move(streams));
        });
  }

  grpc::ServerUnaryReactor* ListPlayers(grpc::CallbackServerContext* context,
                                        const v1::ListPlayersRequest* request,
                                        v1::ListPlayersResponse* response) override {
    return calls_.Unary(
        *context, *request, *response,
        [this](const v1::ListPlayersRequest& asked, rpc::Reply<v1::ListPlayersResponse> reply) {
          v1::ListPlayersResponse players;
          if (publications_.list_players_ != nullptr) {
            publications_.list_players_(asked.stream_name(), players);
          }
          reply(std::move(players));
        });
  }

 private:
  Publications& publications_;
  rpc::LoopService calls_;
};

Publications::Publications(loop::EventLoop& loop, fanout::FanoutServer& fanout_server,
                           rpc::Server& server)
    : fanout_server_(fanout_server),
      fanout_service_(std::make_unique<FanoutService>(loop, *this)),
      status_service_(std::make_unique<StatusService>(loop, *this)) {
  server.AddService(*fanout_service_);
  server.AddService(*status_service_);
}

Publications::~Publications() = default;

bool Publications::Add(std::shared_ptr<fanout::Publication> publication) {
  media::StreamKey key = publication->key();
  return publications_.emplace(std::move(key), std::move(publication)).second;
}

void Publications::Remove(const media::StreamKey& key) { publications_.erase(key); }

std::shared_ptr<fanout::Publication> Publications::Find(const media::StreamKey& key) const {
  auto found = publications_.find(key);
  return found == publications_.end() ? nullptr : found->second;
}

}  // namespace sluice::relay
