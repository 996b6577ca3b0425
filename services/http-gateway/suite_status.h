// All streams and players of the suite as one picture: the directory's streams, and what the nodes
// say about them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/directory/directory.h"
#include "libs/loop/event_loop.h"
#include "libs/rpc/channel_pool.h"
#include "sluice/v1/status.pb.h"

namespace sluice::http_gateway {

struct KnownStream {
  v1::StreamStatus status;  // of the owning node; from the directory alone if it does not answer
  std::string node_id;
};

struct KnownPlayer {
  v1::PlayerStatus status;
  std::string node_id;
};

struct SuitePicture {
  std::vector<KnownStream> streams;  // in order of key, renditions included
  std::vector<KnownPlayer> players;
  // Of the stream and its renditions.
  uint32_t CountPlayers(const std::string& stream_name) const;
};

// Lives on the loop. A picture is at most kMaxAge old; askers in between wait for the same one.
class SuiteStatus {
 public:
  using OnPicture = std::function<void(const SuitePicture& picture)>;

  SuiteStatus(loop::EventLoop& loop, directory::Directory& directory, rpc::ChannelPool& channels);
  ~SuiteStatus();

  // Calls back at once or after the nodes have answered; after kNodeTimeout without those that have
  // not. Not at all if this goes first.
  void Get(OnPicture on_picture);

  static constexpr Duration kMaxAge = 1s;
  static constexpr Duration kNodeTimeout = 1s;

 private:
  struct Round;
  void Begin();
  void End(SuitePicture picture);

  loop::EventLoop& loop_;
  directory::Directory& directory_;
  rpc::ChannelPool& channels_;
  std::shared_ptr<Round> round_;    // while nodes are being asked
  std::vector<OnPicture> waiting_;  // one per request: bounded by the server's connections
  SuitePicture picture_;
  std::optional<Instant> taken_;
};

}  // namespace sluice::http_gateway
