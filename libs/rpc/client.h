// Calls to other daemons from an event loop: requests go out at once, answers come back on the
// loop.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/instant.h"
#include "libs/rpc/channel_pool.h"
#include "libs/rpc/client_stream.h"
#include "libs/rpc/client_unary.h"

namespace sluice::rpc {

// The methods of a service, to point at one: &rpc::Methods<v1::WebRtc>::CloseSession
template <typename Service>
using Methods = typename Service::StubInterface::async_interface;

// Calls a unary method of the daemon at `address` ("host:port"):
//
//   rpc::CallUnary<v1::WebRtc>(channels, address, &rpc::Methods<v1::WebRtc>::CloseSession, request,
//   3s,
//                              [](absl::StatusOr<v1::CloseSessionResponse> answer) { ... });
//
// The callback runs on the pool's loop exactly once, never inside CallUnary, and not at all if the
// pool goes first. Unavailable: nobody there (retry may help); DeadlineExceeded after `timeout`,
// which is from now and must be positive; else what the method answered.
template <typename Service, typename Request, typename Response>
void CallUnary(ChannelPool& channels, std::string_view address,
               UnaryMethod<Service, Request, Response> method, const Request& request,
               Duration timeout,
               std::type_identity_t<std::function<void(absl::StatusOr<Response>)>> callback) {
  auto call = std::make_shared<UnaryClientCall<Service, Request, Response>>(
      channels.Get(address), request, std::move(callback));
  call->Start(channels.calls(), method, timeout);
}

// Calls a server-streaming method. Messages come in order, one at a time: the next is read from the
// wire after on_message has returned, so nothing piles up here. on_end is called once, last, when
// the stream has ended: Ok if the server ended it so. Destroying the answer cancels the stream, and
// neither is called again; both may do that. There is no deadline: a dead connection is found by
// the channel's keep-alive within 15 s.
template <typename Service, typename Request, typename Response>
[[nodiscard]] std::unique_ptr<ClientStream> OpenStream(
    ChannelPool& channels, std::string_view address,
    StreamMethod<Service, Request, Response> method, const Request& request,
    std::type_identity_t<std::function<void(const Response&)>> on_message,
    std::function<void(const absl::Status&)> on_end) {
  auto call = std::make_shared<ServerStreamCall<Service, Request, Response>>(
      channels.Get(address), channels.calls(), request,
      StreamCallbacks<Response>{std::move(on_message), std::move(on_end)});
  call->Start(method);
  return std::make_unique<ClientStream>(call);
}

// The same for a method that streams both ways.
template <typename Service, typename Request, typename Response>
[[nodiscard]] std::unique_ptr<ClientBidiStream<Request>> OpenBidiStream(
    ChannelPool& channels, std::string_view address, BidiMethod<Service, Request, Response> method,
    std::type_identity_t<std::function<void(const Response&)>> on_message,
    std::function<void(const absl::Status&)> on_end) {
  auto call = std::make_shared<BidiStreamCall<Service, Request, Response>>(
      channels.Get(address), channels.calls(),
      StreamCallbacks<Response>{std::move(on_message), std::move(on_end)});
  call->Start(method);
  return std::make_unique<ClientBidiStream<Request>>(call);
}

}  // namespace sluice::rpc
