// Runs the methods of a gRPC service (callback API) on an event loop.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "libs/rpc/loop_door.h"
#include "libs/rpc/server_stream.h"
#include "libs/rpc/server_unary.h"

namespace sluice::rpc {

// A member of a class that implements `<Service>::CallbackService`:
//
//   grpc::ServerUnaryReactor* CloseSession(grpc::CallbackServerContext* context,
//                                         const v1::CloseSessionRequest* request,
//                                         v1::CloseSessionResponse* response) override {
//     return calls_.Unary(*context, *request, *response,
//                         [this](const v1::CloseSessionRequest& asked,
//                                rpc::Reply<v1::CloseSessionResponse> reply) { ... reply(status);
//                                });
//   }
//   grpc::ServerWriteReactor<v1::SessionEvent>* WatchSessions(
//       grpc::CallbackServerContext* context, const v1::WatchSessionsRequest* request) override {
//     return calls_.Stream<v1::SessionEvent>(
//         *context, *request,
//         [this](const v1::WatchSessionsRequest& asked,
//                std::unique_ptr<rpc::StreamWriter<v1::SessionEvent>> writer) { ... });
//   }
//
// Unary() and Stream() are for gRPC's threads; the handlers run on the loop, and not if the client
// has gone before their turn. The object is destroyed on the loop's thread after
// Server::Shutdown(); no handler runs after that, and calls still waiting for their turn end
// Unavailable.
class LoopService {
 public:
  // Calls that wait for their turn on the loop; more are refused with ResourceExhausted.
  static constexpr int kMaxWaiting = 1024;

  explicit LoopService(loop::EventLoop& loop)
      : door_(std::make_shared<LoopDoor>(loop)), alive_(std::make_shared<bool>(true)) {}
  ~LoopService() { door_->Close(); }
  LoopService(const LoopService&) = delete;
  LoopService& operator=(const LoopService&) = delete;

  // handler(const Request&, Reply<Response>)
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext&, const Request& request,
                                  Response& response, Handler handler) {
    auto call = UnaryServerCall<Response>::Make(response);
    // The request is copied: gRPC's is gone as soon as the client has given up.
    if (!PostCall([request, reply = Reply<Response>(call), handler = std::move(handler)] {
          if (!reply.over()) handler(request, reply);
        })) {
      call->Answer(absl::ResourceExhaustedError("too many calls wait"));
    }
    return call.get();
  }

  // handler(const Request&, std::unique_ptr<StreamWriter<Response>>)
  template <typename Response, typename Request, typename Handler>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext&, const Request& request,
                                             Handler handler) {
    auto call = StreamServerCall<Response>::Make();
    auto unclaimed = std::make_shared<UnclaimedStream<Response>>(call);
    if (!PostCall([request, unclaimed, door = door_, handler = std::move(handler)] {
          if (unclaimed->call->over()) return;
          handler(request, std::make_unique<StreamWriter<Response>>(
                               std::exchange(unclaimed->call, nullptr), door));
        })) {
      call->End(absl::ResourceExhaustedError("too many calls wait"));
    }
    return call.get();
  }

 private:
  // Ends a stream whose handler's turn never came.
  template <typename Response>
  struct UnclaimedStream {
    explicit UnclaimedStream(std::shared_ptr<StreamServerCall<Response>> made_for)
        : call(std::move(made_for)) {}
    ~UnclaimedStream() {
      if (call) call->End(absl::UnavailableError("the daemon is stopping"));
    }
    std::shared_ptr<StreamServerCall<Response>> call;
  };

  // Runs `task` on the loop while this object lives. False: too many wait.
  bool PostCall(loop::EventLoop::Task task) {
    if (waiting_->fetch_add(1) >= kMaxWaiting) {
      waiting_->fetch_sub(1);
      return false;
    }
    // When the door is closed the task is dropped, and what it holds answers Unavailable.
    const bool posted = door_->Post(
        [waiting = waiting_, alive = std::weak_ptr<bool>(alive_), task = std::move(task)] {
          waiting->fetch_sub(1);
          if (alive.lock()) task();
        });
    if (!posted) waiting_->fetch_sub(1);
    return true;
  }

  std::shared_ptr<LoopDoor> door_;
  std::shared_ptr<bool> alive_;
  std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace sluice::rpc
