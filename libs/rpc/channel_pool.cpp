#include "libs/rpc/channel_pool.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <string>

#include "libs/rpc/grpc_process.h"

namespace sluice::rpc {
namespace {

constexpr int kKeepAliveMs = 10'000;  // etcd takes no more than one ping in 5 s
constexpr int kKeepAliveTimeoutMs = 5'000;
constexpr int kFirstBackoffMs = 100;
constexpr int kMaxBackoffMs = 2'000;
// What gRPC calls the least back-off is the time that an attempt may take. On a busy machine a
// handshake over loopback has been seen to take more than 0.2 s.
constexpr int kConnectLimitMs = 2'000;
constexpr int kMaxAnswerBytes =
    16 << 20;  // an etcd range read of all entries comes in pages below this

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
  // Else pings stop after two that had no data between them.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstBackoffMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectLimitMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Else a new channel to an address would share the connection, and its state, of a forgotten one.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // We ask the directory, not DNS, what a service can do.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  return arguments;
}

}  // namespace

ChannelPool::ChannelPool(loop::EventLoop& loop)
    : loop_(loop), calls_(std::make_shared<Calls>(loop)) {
  SetUpGrpc();
}

ChannelPool::~ChannelPool() { calls_->Close(); }

std::shared_ptr<grpc::Channel> ChannelPool::Get(std::string_view address) {
  const std::string key(address);
  auto found = channels_.find(key);
  if (found == channels_.end()) {
    if (channels_.size() >= kMaxChannels) DropLeastRecent();
    auto channel = grpc::CreateCustomChannel(key, grpc::InsecureChannelCredentials(), Arguments());
    found = channels_.emplace(key, Entry{std::move(channel), 0}).first;
  }
  found->second.last_use = ++uses_;
  return found->second.channel;
}

void ChannelPool::Forget(std::string_view address) { channels_.erase(std::string(address)); }

void ChannelPool::DropLeastRecent() {
  auto oldest = std::min_element(
      channels_.begin(), channels_.end(),
      [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; });
  if (oldest != channels_.end()) channels_.erase(oldest);
}

}  // namespace sluice::rpc
