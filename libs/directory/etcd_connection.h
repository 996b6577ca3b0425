// One attempt at one etcd endpoint: its calls, and the one place where it fails.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "etcd/rpc.grpc.pb.h"
#include "libs/rpc/client.h"

namespace sluice::directory {

namespace etcd = ::etcdserverpb;

// Loop thread only. After the first failure, or Close(), no callback of its calls runs any more.
class EtcdConnection {
 public:
  static constexpr Duration kCallTimeout = 2s;

  // The pool outlives this. on_failure is called once at most, and may Close() this but not destroy
  // it.
  EtcdConnection(rpc::ChannelPool& channels, std::string endpoint,
                 std::function<void(const absl::Status&)> on_failure)
      : channels_(channels), endpoint_(std::move(endpoint)), on_failure_(std::move(on_failure)) {}

  // A call whose failure is the connection's.
  template <typename Service, typename Request, typename Response>
  void Call(rpc::UnaryMethod<Service, Request, Response> method, const Request& request,
            std::type_identity_t<std::function<void(const Response&)>> on_answer) {
    TryCall<Service, Request, Response>(
        method, request, [this, on_answer = std::move(on_answer)](absl::StatusOr<Response> answer) {
          answer.ok() ? on_answer(*answer) : Fail(answer.status());
        });
  }

  // A call whose failure is the callback's affair.
  template <typename Service, typename Request, typename Response>
  void TryCall(rpc::UnaryMethod<Service, Request, Response> method, const Request& request,
               std::type_identity_t<std::function<void(absl::StatusOr<Response>)>> on_answer) {
    rpc::CallUnary<Service>(channels_, endpoint_, method, request, kCallTimeout,
                            [alive = std::weak_ptr<bool>(alive_),
                             on_answer = std::move(on_answer)](absl::StatusOr<Response> answer) {
                              if (alive.lock()) on_answer(std::move(answer));
                            });
  }

  // A stream whose end is the connection's.
  template <typename Service, typename Request, typename Response>
  std::unique_ptr<rpc::ClientBidiStream<Request>> Open(
      rpc::BidiMethod<Service, Request, Response> method,
      std::type_identity_t<std::function<void(const Response&)>> on_message) {
    return rpc::OpenBidiStream<Service>(
        channels_, endpoint_, method, std::move(on_message),
        [this, alive = std::weak_ptr<bool>(alive_)](const absl::Status& end) {
          if (alive.lock()) Fail(end);
        });
  }

  void Fail(const absl::Status& status);
  void Close() { alive_ = nullptr; }
  bool closed() const { return alive_ == nullptr; }
  const std::string& endpoint() const { return endpoint_; }

 private:
  rpc::ChannelPool& channels_;
  std::string endpoint_;
  std::function<void(const absl::Status&)> on_failure_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::directory
