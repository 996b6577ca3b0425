// Connections to other daemons: one shared channel per address.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "libs/rpc/calls.h"

namespace grpc {
class Channel;
}

namespace sluice::rpc {

// Loop thread only; destroyed on it, before the loop and after everything that calls through it.
// Its destructor cancels the calls that run and drops their callbacks.
//
// Channels send keep-alive pings while calls run (every 10 s, lost after 5 s), reconnect with a
// back-off of 0.1 to 2 s (an attempt may take 2 s), ignore proxy settings of the environment, and
// fail calls at once while there is no connection (the call's deadline covers the first attempt).
class ChannelPool {
 public:
  // Beyond this the channel used least recently goes (its calls go on).
  static constexpr size_t kMaxChannels = 256;

  explicit ChannelPool(loop::EventLoop& loop);
  ~ChannelPool();
  ChannelPool(const ChannelPool&) = delete;
  ChannelPool& operator=(const ChannelPool&) = delete;

  // The channel to "host:port" ("[::1]:9" for IPv6), made at the first call; connects when used.
  std::shared_ptr<grpc::Channel> Get(std::string_view address);

  // The next Get() makes a new channel, with a connection of its own; calls that run go on.
  void Forget(std::string_view address);

  loop::EventLoop& loop() { return loop_; }
  // For the templates of client.h.
  const std::shared_ptr<Calls>& calls() { return calls_; }

 private:
  struct Entry {
    std::shared_ptr<grpc::Channel> channel;
    uint64_t last_use = 0;
  };
  void DropLeastRecent();

  loop::EventLoop& loop_;
  std::shared_ptr<Calls> calls_;
  absl::flat_hash_map<std::string, Entry> channels_;
  uint64_t uses_ = 0;
};

}  // namespace sluice::rpc
