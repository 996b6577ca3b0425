// One unary call from a loop. Use it through client.h.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/rpc/calls.h"
#include "libs/rpc/status_map.h"

namespace sluice::rpc {

template <typename Service, typename Request, typename Response>
using UnaryMethod = void (Service::StubInterface::async_interface::*)(
    grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>);

// Lives until gRPC has called back and the loop has run the callback.
template <typename Service, typename Request, typename Response>
class UnaryClientCall final
    : public RunningCall,
      public std::enable_shared_from_this<UnaryClientCall<Service, Request, Response>> {
 public:
  using Callback = std::function<void(absl::StatusOr<Response>)>;

  UnaryClientCall(std::shared_ptr<grpc::Channel> channel, const Request& request, Callback callback)
      : stub_(Service::NewStub(std::move(channel))),
        request_(request),
        callback_(std::move(callback)) {}

  void Start(std::shared_ptr<Calls> calls, UnaryMethod<Service, Request, Response> method,
             Duration timeout) {
    context_.set_deadline(std::chrono::system_clock::now() + timeout);
    auto self = this->shared_from_this();
    calls->Begin(self);
    (stub_->async()->*method)(&context_, &request_, &response_, [calls, self](grpc::Status status) {
      calls->End(self, [self, status = std::move(status)] { self->Deliver(status); });
    });
  }

  void Abandon() override {
    callback_ = nullptr;
    context_.TryCancel();
  }

 private:
  void Deliver(const grpc::Status& status) {
    Callback callback = std::exchange(callback_, nullptr);
    if (!callback) return;
    if (status.ok()) return callback(std::move(response_));
    callback(FromGrpc(status));
  }

  std::unique_ptr<typename Service::StubInterface> stub_;
  grpc::ClientContext context_;
  Request request_;
  Response response_;
  Callback callback_;  // loop thread only
};

}  // namespace sluice::rpc
