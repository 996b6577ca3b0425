// A media node as the gateways see one: WebRtc and Status over gRPC, scripted by the test.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/loop/event_loop.h"
#include "libs/rpc/loop_service.h"
#include "libs/rpc/server.h"
#include "sluice/v1/node.pb.h"
#include "sluice/v1/status.grpc.pb.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::test {

// Lives on the test's loop.
class FakeMediaNode {
 public:
  FakeMediaNode(loop::EventLoop& loop, std::string id) : webrtc_(loop), status_(loop) {
    webrtc_.owner = this;
    node_.set_id(std::move(id));
    node_.set_service("webrtc-media");
    node_.set_incarnation("1");
    node_.set_state(v1::NODE_STATE_READY);
    server_.AddService(webrtc_);
    server_.AddService(status_);
    absl::StatusOr<uint16_t> port = server_.Start("127.0.0.1", 0);
    if (port.ok()) node_.set_grpc_address("127.0.0.1:" + std::to_string(*port));
  }
  ~FakeMediaNode() { Die(); }

  const v1::Node& node() const { return node_; }
  // Every connection breaks; nobody answers any more.
  void Die() { server_.Shutdown(0s); }

  // --- WebRtc ---
  // CreatePublisher and CreatePlayer answer this, Ok: with "answer to " and the offer.
  absl::Status create_status;
  // The ETag of every session.
  std::string etag = "etag-1";
  // PatchSession answers this, Ok: with `restart_fragment`.
  absl::Status patch_status;
  std::string restart_fragment;
  const std::vector<v1::PatchSessionRequest>& patches() const { return webrtc_.patches; }
  const std::vector<v1::SelectLayersRequest>& layers() const { return webrtc_.layers; }
  // Holds answers of both back until AnswerCreates().
  bool hold_creates = false;
  void AnswerCreates() {
    for (auto& answer : std::exchange(webrtc_.held, {})) answer();
  }
  const std::vector<v1::CreatePlayerRequest>& creates() const { return webrtc_.creates; }
  const std::vector<v1::CreatePublisherRequest>& publishers() const { return webrtc_.publishers; }
  const std::vector<std::string>& closed() const { return webrtc_.closed; }
  // Of these, in their order: whether the client was lost.
  const std::vector<bool>& lost() const { return webrtc_.lost; }
  // SendStreamEvent answers this.
  absl::Status event_status;
  const std::vector<v1::SendStreamEventRequest>& events() const { return webrtc_.events; }
  const std::set<std::string>& sessions() const { return webrtc_.sessions; }
  size_t watchers() const { return webrtc_.watchers.size(); }
  // As if an earlier run of the gateway had made it.
  void AddSession(const std::string& id) { webrtc_.sessions.insert(id); }

  void TellPlaying(const std::string& id) {
    v1::SessionEvent event;
    event.set_session_id(id);
    event.set_state(v1::SESSION_STATE_PLAYING);
    event.mutable_time_to_first_media()->set_nanos(20'000'000);
    webrtc_.Tell(event);
  }
  void TellPublishing(const std::string& id) {
    v1::SessionEvent event;
    event.set_session_id(id);
    event.set_state(v1::SESSION_STATE_PUBLISHING);
    webrtc_.Tell(event);
  }
  void Tell(const v1::SessionEvent& event) { webrtc_.Tell(event); }
  void TellEnded(const std::string& id, v1::EndReason reason) {
    v1::SessionEvent event;
    event.set_session_id(id);
    event.set_state(v1::SESSION_STATE_ENDED);
    event.set_end_reason(reason);
    webrtc_.sessions.erase(id);
    webrtc_.Tell(event);
  }
  // Ends all watches; the node itself goes on.
  void BreakWatches() { webrtc_.watchers.clear(); }

  // --- Status ---
  v1::ListStreamsResponse& streams() { return status_.streams; }
  v1::ListPlayersResponse& players() { return status_.players; }
  int list_calls() const { return status_.calls_seen; }

 private:
  struct WebRtc final : v1::WebRtc::CallbackService {
    explicit WebRtc(loop::EventLoop& loop) : calls(loop) {}

    grpc::ServerUnaryReactor* CreatePlayer(grpc::CallbackServerContext* context,
                                           const v1::CreatePlayerRequest* request,
                                           v1::CreatePlayerResponse* response) override {
      return Create(*context, *request, *response, creates);
    }
    grpc::ServerUnaryReactor* CreatePublisher(grpc::CallbackServerContext* context,
                                              const v1::CreatePublisherRequest* request,
                                              v1::CreatePublisherResponse* response) override {
      return Create(*context, *request, *response, publishers);
    }
    template <typename Request, typename Response>
    grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext& context, const Request& request,
                                     Response& response, std::vector<Request>& all) {
      return calls.Unary(context, request, response,
                         [this, &all](const Request& asked, rpc::Reply<Response> reply) {
                           all.push_back(asked);
                           auto answer = [this, asked, reply] { Answer(asked, reply); };
                           owner->hold_creates ? held.push_back(answer) : answer();
                         });
    }
    template <typename Request, typename Response>
    void Answer(const Request& asked, const rpc::Reply<Response>& reply) {
      if (!owner->create_status.ok()) return reply(owner->create_status);
      sessions.insert(asked.session_id());
      Response made;
      made.set_answer_sdp("answer to " + asked.offer_sdp());
      made.set_etag(owner->etag);
      reply(made);
    }
    grpc::ServerUnaryReactor* PatchSession(grpc::CallbackServerContext* context,
                                           const v1::PatchSessionRequest* request,
                                           v1::PatchSessionResponse* response) override {
      return calls.Unary(
          *context, *request, *response,
          [this](const v1::PatchSessionRequest& asked, rpc::Reply<v1::PatchSessionResponse> reply) {
            patches.push_back(asked);
            if (!owner->patch_status.ok()) return reply(owner->patch_status);
            if (!sessions.contains(asked.session_id())) {
              return reply(absl::NotFoundError("no such session"));
            }
            v1::PatchSessionResponse answer;
            answer.set_fragment(owner->restart_fragment);
            answer.set_etag(owner->etag);
            reply(answer);
          });
    }
    grpc::ServerUnaryReactor* SelectLayers(grpc::CallbackServerContext* context,
                                           const v1::SelectLayersRequest* request,
                                           v1::SelectLayersResponse* response) override {
      return calls.Unary(
          *context, *request, *response,
          [this](const v1::SelectLayersRequest& asked, rpc::Reply<v1::SelectLayersResponse> reply) {
            layers.push_back(asked);
            if (!sessions.contains(asked.session_id())) {
              return reply(absl::NotFoundError("no such session"));
            }
            reply(v1::SelectLayersResponse());
          });
    }
    grpc::ServerUnaryReactor* SendStreamEvent(grpc::CallbackServerContext* context,
                                              const v1::SendStreamEventRequest* request,
                                              v1::SendStreamEventResponse* response) override {
      return calls.Unary(*context, *request, *response,
                         [this](const v1::SendStreamEventRequest& asked,
                                rpc::Reply<v1::SendStreamEventResponse> reply) {
                           events.push_back(asked);
                           if (!owner->event_status.ok()) return reply(owner->event_status);
                           reply(v1::SendStreamEventResponse());
                         });
    }
    grpc::ServerUnaryReactor* CloseSession(grpc::CallbackServerContext* context,
                                           const v1::CloseSessionRequest* request,
                                           v1::CloseSessionResponse* response) override {
      return calls.Unary(
          *context, *request, *response,
          [this](const v1::CloseSessionRequest& asked, rpc::Reply<v1::CloseSessionResponse> reply) {
            closed.push_back(asked.session_id());
            lost.push_back(asked.client_lost());
            if (sessions.erase(asked.session_id()) == 0) {
              return reply(absl::NotFoundError("no such session"));
            }
            reply(v1::CloseSessionResponse());
          });
    }
    grpc::ServerWriteReactor<v1::SessionEvent>* WatchSessions(
        grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) override {
      return calls.Stream<v1::SessionEvent>(
          *context, *request,
          [this](const v1::WatchSessionsRequest&,
                 std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> writer) {
            for (const std::string& id : sessions) {
              v1::SessionEvent event;
              event.set_session_id(id);
              event.set_state(v1::SESSION_STATE_PENDING);
              writer->Write(event);
            }
            v1::SessionEvent done;
            done.set_snapshot_done(true);
            writer->Write(done);
            watchers.push_back(std::move(writer));
          });
    }
    void Tell(const v1::SessionEvent& event) {
      for (auto& writer : watchers) writer->Write(event);
    }

    FakeMediaNode* owner = nullptr;
    std::vector<v1::CreatePlayerRequest> creates;
    std::vector<v1::CreatePublisherRequest> publishers;
    std::vector<v1::SendStreamEventRequest> events;
    std::vector<v1::PatchSessionRequest> patches;
    std::vector<v1::SelectLayersRequest> layers;
    std::vector<std::string> closed;
    std::vector<bool> lost;
    std::set<std::string> sessions;
    std::vector<std::function<void()>> held;
    std::vector<std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>>> watchers;
    rpc::LoopService calls;  // goes first
  };

  struct Status final : v1::Status::CallbackService {
    explicit Status(loop::EventLoop& loop) : calls(loop) {}

    grpc::ServerUnaryReactor* ListStreams(grpc::CallbackServerContext* context,
                                          const v1::ListStreamsRequest* request,
                                          v1::ListStreamsResponse* response) override {
      return calls.Unary(
          *context, *request, *response,
          [this](const v1::ListStreamsRequest&, rpc::Reply<v1::ListStreamsResponse> reply) {
            ++calls_seen;
            reply(streams);
          });
    }
    grpc::ServerUnaryReactor* ListPlayers(grpc::CallbackServerContext* context,
                                          const v1::ListPlayersRequest* request,
                                          v1::ListPlayersResponse* response) override {
      return calls.Unary(
          *context, *request, *response,
          [this](const v1::ListPlayersRequest&, rpc::Reply<v1::ListPlayersResponse> reply) {
            ++calls_seen;
            reply(players);
          });
    }

    v1::ListStreamsResponse streams;
    v1::ListPlayersResponse players;
    int calls_seen = 0;
    rpc::LoopService calls;  // goes first
  };

  v1::Node node_;
  WebRtc webrtc_;
  Status status_;
  rpc::Server server_;  // shut down before the services go
};

}  // namespace sluice::test
