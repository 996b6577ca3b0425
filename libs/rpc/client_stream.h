// A streaming call from a loop. Use it through client.h.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "libs/rpc/calls.h"
#include "libs/rpc/status_map.h"

namespace sluice::rpc {

// The owner's hand on a stream. Destroying it cancels the stream; no callback afterwards.
class ClientStream {
 public:
  explicit ClientStream(std::shared_ptr<RunningCall> call) : call_(std::move(call)) {}
  ~ClientStream() { call_->Abandon(); }
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

 private:
  std::shared_ptr<RunningCall> call_;
};

template <typename Response>
struct StreamCallbacks {
  std::function<void(const Response&)> on_message;
  std::function<void(const absl::Status&)> on_end;
};

// What both kinds of streams share: reading, one message at a time, and the end. `Reactor` is
// gRPC's base class. A hold keeps the call until the loop has let go of it, because the loop starts
// reads and writes from outside gRPC's reactions; it is removed on the loop when reading has ended,
// or by Abandon(). All fields belong to the loop, but message_ while a read runs.
template <typename Reactor, typename Response>
class StreamClientCall : public RunningCall,
                         public Reactor,
                         public std::enable_shared_from_this<StreamClientCall<Reactor, Response>> {
 public:
  StreamClientCall(std::shared_ptr<Calls> calls, StreamCallbacks<Response> callbacks)
      : calls_(std::move(calls)), callbacks_(std::move(callbacks)) {}

  void Abandon() override {
    callbacks_ = {};
    context_.TryCancel();
    LetGo();
  }

 protected:
  grpc::ClientContext& context() { return context_; }
  bool held() const { return held_; }
  Calls& calls() { return *calls_; }

  // After the call has been prepared on the stub.
  void Begin() {
    self_ = this->shared_from_this();
    calls_->Begin(self_);
    this->AddHold();
    this->StartRead(&message_);
    this->StartCall();
  }

 private:
  // gRPC's reactions.
  void OnReadDone(bool ok) override {
    calls_->Post(
        [self = this->shared_from_this(), ok] { ok ? self->DeliverMessage() : self->LetGo(); });
  }
  void OnDone(const grpc::Status& status) override {
    auto self = this->shared_from_this();
    self_ = nullptr;
    auto calls = calls_;
    calls->End(self, [self, status] { self->DeliverEnd(status); });
  }

  void DeliverMessage() {
    if (!held_) return;
    // The callback may abandon the call, and with it the callbacks.
    auto on_message = std::move(callbacks_.on_message);
    on_message(message_);
    if (!held_) return;
    callbacks_.on_message = std::move(on_message);
    this->StartRead(&message_);
  }
  void DeliverEnd(const grpc::Status& status) {
    auto callbacks = std::exchange(callbacks_, {});
    if (callbacks.on_end) callbacks.on_end(FromGrpc(status));
  }
  void LetGo() {
    if (!std::exchange(held_, false)) return;
    this->RemoveHold();
  }

  std::shared_ptr<Calls> calls_;
  std::shared_ptr<RunningCall> self_;  // while gRPC has a pointer to this
  grpc::ClientContext context_;
  Response message_;
  StreamCallbacks<Response> callbacks_;
  bool held_ = true;
};

template <typename Service, typename Request, typename Response>
using StreamMethod = void (Service::StubInterface::async_interface::*)(
    grpc::ClientContext*, const Request*, grpc::ClientReadReactor<Response>*);

template <typename Service, typename Request, typename Response>
class ServerStreamCall final
    : public StreamClientCall<grpc::ClientReadReactor<Response>, Response> {
 public:
  ServerStreamCall(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<Calls> calls,
                   const Request& request, StreamCallbacks<Response> callbacks)
      : StreamClientCall<grpc::ClientReadReactor<Response>, Response>(std::move(calls),
                                                                      std::move(callbacks)),
        stub_(Service::NewStub(std::move(channel))),
        request_(request) {}

  void Start(StreamMethod<Service, Request, Response> method) {
    (stub_->async()->*method)(&this->context(), &request_, this);
    this->Begin();
  }

 private:
  std::unique_ptr<typename Service::StubInterface> stub_;
  Request request_;
};

template <typename Service, typename Request, typename Response>
using BidiMethod = void (Service::StubInterface::async_interface::*)(
    grpc::ClientContext*, grpc::ClientBidiReactor<Request, Response>*);

// Something that requests can be written to.
template <typename Request>
class RequestQueue {
 public:
  virtual ~RequestQueue() = default;
  virtual bool Write(const Request& request) = 0;
};

template <typename Service, typename Request, typename Response>
class BidiStreamCall final
    : public StreamClientCall<grpc::ClientBidiReactor<Request, Response>, Response>,
      public RequestQueue<Request> {
 public:
  static constexpr size_t kMaxQueued = 256;

  BidiStreamCall(std::shared_ptr<grpc::Channel> channel, std::shared_ptr<Calls> calls,
                 StreamCallbacks<Response> callbacks)
      : StreamClientCall<grpc::ClientBidiReactor<Request, Response>, Response>(
            std::move(calls), std::move(callbacks)),
        stub_(Service::NewStub(std::move(channel))) {}

  void Start(BidiMethod<Service, Request, Response> method) {
    (stub_->async()->*method)(&this->context(), this);
    this->Begin();
  }

  bool Write(const Request& request) override {
    if (!this->held() || queue_.size() >= kMaxQueued) return false;
    queue_.push_back(request);
    if (queue_.size() == 1) this->StartWrite(&queue_.front());
    return true;
  }

 private:
  void OnWriteDone(bool ok) override {
    auto self = std::static_pointer_cast<BidiStreamCall>(this->shared_from_this());
    this->calls().Post([self, ok] { self->AfterWrite(ok); });
  }
  void AfterWrite(bool ok) {
    queue_.pop_front();
    // A failed write means that the stream is over; the end comes by way of the read.
    if (ok && this->held() && !queue_.empty()) this->StartWrite(&queue_.front());
  }

  std::unique_ptr<typename Service::StubInterface> stub_;
  std::deque<Request> queue_;  // at most kMaxQueued; the first is being written
};

// The owner's hand on a stream that goes both ways.
template <typename Request>
class ClientBidiStream {
 public:
  template <typename Call>
  explicit ClientBidiStream(const std::shared_ptr<Call>& call) : stream_(call), queue_(call) {}

  // Queues a request. False if the stream has ended or 256 requests wait.
  bool Write(const Request& request) { return queue_->Write(request); }

 private:
  ClientStream stream_;
  std::shared_ptr<RequestQueue<Request>> queue_;
};

}  // namespace sluice::rpc
