// One unary call at its server. Use it through LoopService.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/rpc/status_map.h"

namespace sluice::rpc {

// Finished exactly once: by the handler's answer or by the client's going, whichever is first.
template <typename Response>
class UnaryServerCall final : public grpc::ServerUnaryReactor {
 public:
  // The response is gRPC's, valid until Finish().
  static std::shared_ptr<UnaryServerCall> Make(Response& response) {
    auto call = std::shared_ptr<UnaryServerCall>(new UnaryServerCall(response));
    call->self_ = call;
    return call;
  }

  // Any thread. Answers after the first are dropped.
  void Answer(absl::StatusOr<Response> answer) {
    if (finished_.exchange(true)) return;
    if (answer.ok()) *response_ = *std::move(answer);
    Finish(ToGrpc(answer.status()));
  }
  bool finished() const { return finished_; }

 private:
  explicit UnaryServerCall(Response& response) : response_(&response) {}
  void OnCancel() override { Answer(absl::CancelledError("cancelled")); }
  void OnDone() override { auto self = std::move(self_); }

  Response* response_;
  std::atomic<bool> finished_ = false;
  std::shared_ptr<UnaryServerCall> self_;  // while gRPC has a pointer to this
};

// Answers a call. Copies answer the same call, the first wins. When all are gone without an answer,
// it is Unavailable. Any thread, usually the loop's.
template <typename Response>
class Reply {
 public:
  explicit Reply(std::shared_ptr<UnaryServerCall<Response>> call)
      : last_(std::make_shared<Last>(std::move(call))) {}

  void operator()(absl::StatusOr<Response> answer) const { last_->call->Answer(std::move(answer)); }
  // Answered, or the client has gone: more work for it is in vain.
  bool over() const { return last_->call->finished(); }

 private:
  struct Last {
    explicit Last(std::shared_ptr<UnaryServerCall<Response>> made_for)
        : call(std::move(made_for)) {}
    ~Last() { call->Answer(absl::UnavailableError("the daemon is stopping")); }
    std::shared_ptr<UnaryServerCall<Response>> call;
  };
  std::shared_ptr<Last> last_;
};

}  // namespace sluice::rpc
