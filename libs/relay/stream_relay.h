// The local copy of a stream that lives in another daemon: one subscription, whatever the number of
// players.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/directory/directory.h"
#include "libs/fanout/fan.h"
#include "libs/rpc/channel_pool.h"

namespace sluice::fanout {
class SubscriptionConnection;
}

namespace sluice::relay {

// What every relay of a daemon shares. All outlive the relays.
struct RelayContext {
  loop::EventLoop& loop;
  directory::Directory& directory;
  rpc::ChannelPool& channels;
  std::string node_id;  // of this daemon
  std::string host_id;
};

// Finds the owner in the directory, subscribes over gRPC, connects to its fan-out socket, and feeds
// a Fan of its own, to which local sinks attach. When the stream ends, or the connection to its
// owner breaks, the sinks get StreamEnd (kUpstreamLost for a break) and the relay is over: whoever
// still wants the stream makes a new one. Loop thread only.
class StreamRelay {
 public:
  // Called once: Ok when the first description has come (it may not be `ready` yet); NotFound if no
  // such stream; Unavailable if its owner does not answer within 3 s.
  using OnOpen = std::function<void(const absl::Status&)>;

  StreamRelay(RelayContext& context, media::StreamKey key, OnOpen on_open);
  // Detaches all sinks without a word.
  ~StreamRelay();

  void Attach(fanout::Sink& sink) { fan_.Attach(sink); }
  void Detach(fanout::Sink& sink) { fan_.Detach(sink); }
  void Replay(fanout::Sink& sink) { fan_.Replay(sink); }
  // Sends a PLI upstream. What cannot be asked there is answered there by nothing: use Replay.
  void RequestKeyFrame(uint32_t track_id);

  const media::StreamKey& key() const { return key_; }
  const fanout::Fan& fan() const { return fan_; }
  // nullptr before the first one.
  const fanout::DescriptionPtr& description() const { return fan_.cache().description(); }
  bool ended() const { return fan_.ended(); }

 private:
  void FindOwner();
  void Subscribe(const std::string& grpc_address);
  void Connect(const std::string& address, std::string token);
  void OnItems(std::span<const fanout::Item> items);
  void Finish(const absl::Status& status);

  RelayContext& context_;
  media::StreamKey key_;
  OnOpen on_open_;
  fanout::Fan fan_;
  loop::Timer open_timer_;
  std::unique_ptr<fanout::SubscriptionConnection> connection_;
  std::shared_ptr<bool> alive_;
};

}  // namespace sluice::relay
