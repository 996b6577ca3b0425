#include "services/webrtc-media/control.h"

#include <utility>

#include "libs/base/text.h"

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

LayerLimits FromProto(const v1::LayerLimits& limits) {
  return {.max_width = limits.max_width(),
          .max_height = limits.max_height(),
          .max_bitrate_bps = limits.max_bitrate_bps(),
          .rid = limits.rid(),
          .max_temporal_layers = limits.max_temporal_layers()};
}

Players::Request FromProto(const v1::CreatePlayerRequest& request) {
  return {.session_id = request.session_id(),
          .stream_name = request.stream_name(),
          .offer_sdp = request.offer_sdp(),
          .owner = request.owner(),
          .protocol = request.protocol(),
          .client_address = request.client_address(),
          .report_video_rate = request.report_video_rate(),
          .transport = request.transport(),
          .limits = FromProto(request.limits())};
}

Publishers::Request FromProto(const v1::CreatePublisherRequest& request) {
  return {.session_id = request.session_id(),
          .stream_name = request.stream_name(),
          .offer_sdp = request.offer_sdp(),
          .owner = request.owner(),
          .protocol = request.protocol(),
          .client_address = request.client_address(),
          .agent = request.agent(),
          .min_bitrate_bps = request.min_bitrate_bps(),
          .max_bitrate_bps = request.max_bitrate_bps(),
          .orientation = request.orientation(),
          .report_video_rate = request.report_video_rate(),
          .audio_muted = request.audio_muted(),
          .video_muted = request.video_muted(),
          .transport = request.transport()};
}

template <typename Response>
std::function<void(absl::StatusOr<SessionAnswer>)> AnswerTo(rpc::Reply<Response> reply) {
  return [reply](absl::StatusOr<SessionAnswer> answer) {
    if (!answer.ok()) return reply(answer.status());
    Response created;
    created.set_answer_sdp(std::move(answer->sdp));
    created.set_etag(std::move(answer->etag));
    reply(std::move(created));
  };
}

absl::Status InUse(const std::string& session_id) {
  return absl::AlreadyExistsError(StrCat("session ", session_id, " is in use"));
}

}  // namespace

grpc::ServerUnaryReactor* WebRtcControl::CreatePlayer(grpc::CallbackServerContext* context,
                                                      const v1::CreatePlayerRequest* request,
                                                      v1::CreatePlayerResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::CreatePlayerRequest& asked, rpc::Reply<v1::CreatePlayerResponse> reply) {
        if (publishers_.Has(asked.session_id())) return reply(InUse(asked.session_id()));
        players_.Create(FromProto(asked), AnswerTo(reply));
      });
}

grpc::ServerUnaryReactor* WebRtcControl::CreatePublisher(grpc::CallbackServerContext* context,
                                                         const v1::CreatePublisherRequest* request,
                                                         v1::CreatePublisherResponse* response) {
  return calls_.Unary(*context, *request, *response,
                      [this](const v1::CreatePublisherRequest& asked,
                             rpc::Reply<v1::CreatePublisherResponse> reply) {
                        if (players_.Has(asked.session_id())) {
                          return reply(InUse(asked.session_id()));
                        }
                        publishers_.Create(FromProto(asked), AnswerTo(reply));
                      });
}

grpc::ServerUnaryReactor* WebRtcControl::PatchSession(grpc::CallbackServerContext* context,
                                                      const v1::PatchSessionRequest* request,
                                                      v1::PatchSessionResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::PatchSessionRequest& asked, rpc::Reply<v1::PatchSessionResponse> reply) {
        const IcePatch patch{asked.fragment(), asked.if_match()};
        auto patched = publishers_.Has(asked.session_id())
                           ? publishers_.Patch(asked.session_id(), patch)
                           : players_.Patch(asked.session_id(), patch);
        if (!patched.ok()) return reply(patched.status());
        v1::PatchSessionResponse answer;
        answer.set_fragment(std::move(patched->fragment));
        answer.set_etag(std::move(patched->etag));
        reply(std::move(answer));
      });
}

grpc::ServerUnaryReactor* WebRtcControl::CloseSession(grpc::CallbackServerContext* context,
                                                      const v1::CloseSessionRequest* request,
                                                      v1::CloseSessionResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::CloseSessionRequest& asked, rpc::Reply<v1::CloseSessionResponse> reply) {
        const std::string& id = asked.session_id();
        const absl::Status closed =
            players_.Has(id) ? players_.Close(id) : publishers_.Close(id, asked.client_lost());
        if (!closed.ok()) return reply(closed);
        reply(v1::CloseSessionResponse());
      });
}

grpc::ServerUnaryReactor* WebRtcControl::SendStreamEvent(grpc::CallbackServerContext* context,
                                                         const v1::SendStreamEventRequest* request,
                                                         v1::SendStreamEventResponse* response) {
  return calls_.Unary(*context, *request, *response,
                      [this](const v1::SendStreamEventRequest& asked,
                             rpc::Reply<v1::SendStreamEventResponse> reply) {
                        const absl::Status told = publishers_.Tell(
                            asked.session_id(), {asked.event().type(), asked.event().payload()});
                        if (!told.ok()) return reply(told);
                        reply(v1::SendStreamEventResponse());
                      });
}

grpc::ServerUnaryReactor* WebRtcControl::SelectLayers(grpc::CallbackServerContext* context,
                                                      const v1::SelectLayersRequest* request,
                                                      v1::SelectLayersResponse* response) {
  return calls_.Unary(
      *context, *request, *response,
      [this](const v1::SelectLayersRequest& asked, rpc::Reply<v1::SelectLayersResponse> reply) {
        const absl::Status selected =
            players_.SelectLayers(asked.session_id(), FromProto(asked.limits()));
        if (!selected.ok()) return reply(selected);
        reply(v1::SelectLayersResponse());
      });
}

grpc::ServerWriteReactor<v1::SessionEvent>* WebRtcControl::WatchSessions(
    grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) {
  return calls_.Stream<v1::SessionEvent>(
      *context, *request,
      [this](const v1::WatchSessionsRequest& asked,
             std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> stream) {
        Watch(asked.owner(), std::move(stream));
      });
}

void WebRtcControl::Watch(const std::string& owner,
                          std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> stream) {
  std::vector<v1::SessionEvent> present;
  publishers_.AppendPresent(owner, present);
  players_.AppendPresent(owner, present);
  rpc::StreamWriter<v1::SessionEvent>& raw = *stream;
  const uint64_t number =
      watchers_.Add(owner, std::make_unique<StreamSessionWriter>(std::move(stream)), present);
  if (number != 0) raw.OnClosed([this, number] { watchers_.Forget(number); });
}

}  // namespace sluice::webrtc_media
