#include "services/webrtc-media/control.h"

#include <utility>

namespace sluice::webrtc_media {
namespace {

class StreamSessionWriter final : public SessionWriter {
 public:
  explicit StreamSessionWriter(std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> stream)
      : stream_(std::move(stream)) {}
  bool Write(const v1::SessionEvent& event) override { return stream_->Write(event); }

 private:
  std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> stream_;
};

Players::Request FromProto(const v1::CreatePlayerRequest& request) {
  return {.session_id = request.session_id(),
          .stream_name = request.stream_name(),
          .offer_sdp = request.offer_sdp(),
          .owner = request.owner(),
          .protocol = request.protocol(),
          .client_address = request.client_address()};
}

}  // namespace

grpc::ServerUnaryReactor* WebRtcControl::CreatePlayer(grpc::CallbackServerContext* context,
                                                      const v1::CreatePlayerRequest* request,
                                                      v1::CreatePlayerResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::CreatePlayerRequest& asked, rpc::Reply<v1::CreatePlayerResponse> reply) {
        players_.Create(FromProto(asked), [reply](absl::StatusOr<std::string> answer) {
          if (!answer.ok()) return reply(answer.status());
          v1::CreatePlayerResponse created;
          created.set_answer_sdp(*std::move(answer));
          reply(std::move(created));
        });
      });
}

grpc::ServerUnaryReactor* WebRtcControl::CloseSession(grpc::CallbackServerContext* context,
                                                      const v1::CloseSessionRequest* request,
                                                      v1::CloseSessionResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::CloseSessionRequest& asked, rpc::Reply<v1::CloseSessionResponse> reply) {
        const absl::Status closed = players_.Close(asked.session_id());
        if (!closed.ok()) return reply(closed);
        reply(v1::CloseSessionResponse());
      });
}

grpc::ServerWriteReactor<v1::SessionEvent>* WebRtcControl::WatchSessions(
    grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) {
  return calls_.Stream<v1::SessionEvent>(
      *context, *request,
      [this](const v1::WatchSessionsRequest& asked,
             std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> stream) {
        rpc::StreamWriter<v1::SessionEvent>& raw = *stream;
        const uint64_t number =
            players_.Watch(asked.owner(), std::make_unique<StreamSessionWriter>(std::move(stream)));
        if (number != 0) raw.OnClosed([this, number] { players_.Unwatch(number); });
      });
}

grpc::ServerUnaryReactor* StatusControl::ListStreams(grpc::CallbackServerContext* context,
                                                     const v1::ListStreamsRequest* request,
                                                     v1::ListStreamsResponse* response) {
  return calls_.Unary(*context, *request, *response,
                      [](const v1::ListStreamsRequest&, rpc::Reply<v1::ListStreamsResponse> reply) {
                        reply(v1::ListStreamsResponse());
                      });
}

grpc::ServerUnaryReactor* StatusControl::ListPlayers(grpc::CallbackServerContext* context,
                                                     const v1::ListPlayersRequest* request,
                                                     v1::ListPlayersResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::ListPlayersRequest& asked, rpc::Reply<v1::ListPlayersResponse> reply) {
        v1::ListPlayersResponse answer;
        for (v1::PlayerStatus& player : players_.List(asked.stream_name())) {
          *answer.add_players() = std::move(player);
        }
        reply(std::move(answer));
      });
}

}  // namespace sluice::webrtc_media
