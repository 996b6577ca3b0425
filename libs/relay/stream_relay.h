// The local copy of a stream that lives in another daemon: one subscription, whatever the number of
// players.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/directory/directory.h"
#include "libs/fanout/fan.h"
#include "libs/fanout/subscription_connection.h"
#include "libs/relay/publications.h"
#include "libs/rpc/channel_pool.h"

namespace sluice::relay {

class LocalSubscription;

// What every relay of a daemon shares. All of it outlives the relays.
struct RelayContext {
  loop::EventLoop& loop;
  directory::Directory& directory;
  rpc::ChannelPool& channels;
  std::string node_id;  // of this daemon
  std::string host_id;
  // Of this daemon, if it has any: its own streams are taken from there without a socket.
  const Publications* publications = nullptr;
};

// Attaches to this daemon's own publication; or finds the owner in the directory, subscribes over
// gRPC and connects to its fan-out socket. Feeds a Fan of its own, to which local sinks attach
// (before or after it has opened). When the stream ends, or the connection to its owner breaks, the
// sinks get StreamEnd (kUpstreamLost for a break) and the relay is over: whoever still wants the
// stream makes a new one. Loop thread only.
class StreamRelay {
 public:
  // Called at most once, never inside the constructor: Ok when the first description has come (it
  // may not be `ready` yet); NotFound if there is no such stream; Unavailable if its owner does not
  // answer within 3 s. The callback may delete the relay.
  using OnOpen = std::function<void(const absl::Status&)>;

  // owner_address: gRPC host:port of the daemon that has the stream, if the caller knows it before
  // the directory's copy does (a rendition just started); else empty.
  // track_ids: only these tracks are sent; empty = all.
  StreamRelay(RelayContext& context, media::StreamKey key, std::string owner_address,
              OnOpen on_open, std::vector<uint32_t> track_ids = {});
  // Detaches all sinks without a word.
  ~StreamRelay();

  void Attach(fanout::Sink& sink) { fan_.Attach(sink); }
  void Detach(fanout::Sink& sink) { fan_.Detach(sink); }
  // Gives one sink the cached group once more: for sources that cannot make a key frame.
  void Replay(fanout::Sink& sink) { fan_.Replay(sink); }
  // Asks the source for a key frame. A source that cannot make one ignores it.
  void RequestKeyFrame(uint32_t track_id);
  // Which layers are to come from now on; until then, all do. What is wanted again begins with a
  // key frame.
  void SetWanted(const fanout::WantedLayers& wanted);

  const media::StreamKey& key() const { return key_; }
  const fanout::Fan& fan() const { return fan_; }
  // nullptr before the first one.
  const fanout::DescriptionPtr& description() const { return fan_.cache().description(); }
  bool ended() const { return fan_.ended(); }

 private:
  void Start(const std::string& owner_address);
  void Subscribe(const std::string& grpc_address);
  void Connect(const std::string& address, const std::string& token);
  void AttachTo(std::shared_ptr<fanout::Publication> publication);
  void OnItems(std::span<const fanout::Item> items);
  // Before the first description: tells on_open. After it: ends the stream for the sinks.
  void Fail(const absl::Status& status);

  RelayContext& context_;
  media::StreamKey key_;
  OnOpen on_open_;  // empty once called
  std::vector<uint32_t> track_ids_;
  fanout::Fan fan_;
  loop::Timer open_timer_;
  // Who asks for the stream may know of it a moment before this daemon's copy of the directory
  // does.
  loop::Timer look_up_timer_;
  int look_ups_left_ = 6;
  std::unique_ptr<fanout::SubscriptionConnection> connection_;
  std::unique_ptr<LocalSubscription> local_;  // instead of a connection
  fanout::WantedLayers wanted_;
  std::shared_ptr<bool> alive_;  // false once this is deleted
};

}  // namespace sluice::relay
