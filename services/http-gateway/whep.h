// WHEP (draft-ietf-wish-whep): an offer by POST makes a player, DELETE ends it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/directory/directory.h"
#include "libs/http/router.h"
#include "libs/rpc/channel_pool.h"

namespace sluice::http_gateway {

struct WhepOptions {
  std::string node_id;    // of this gateway: the players' owner
  Duration call_timeout;  // for the media node's answer
};

struct WhepCounters {
  uint64_t offers = 0;
  uint64_t players = 0;  // made
  uint64_t refused = 0;  // answered with 4xx
  uint64_t failed = 0;   // answered with 5xx
  uint64_t closed = 0;   // by DELETE
};

// Lives on the loop; must outlive the server that has its routes.
class Whep {
 public:
  Whep(WhepOptions options, directory::Directory& directory, rpc::ChannelPool& channels,
       RandomSource& random);

  void AddRoutes(http::Router& router);
  // No new players from now on (503).
  void Drain() { draining_ = true; }
  const WhepCounters& counters() const { return *counters_; }

 private:
  void OnOffer(const http::Request& request, http::Responder responder);
  void OnDelete(const http::Request& request, http::Responder responder);
  absl::StatusOr<directory::NodePtr> ChooseNode(const std::string& stream_name) const;

  WhepOptions options_;
  directory::Directory& directory_;
  rpc::ChannelPool& channels_;
  RandomSource& random_;
  // Shared with answers that may come after this has gone.
  std::shared_ptr<WhepCounters> counters_ = std::make_shared<WhepCounters>();
  bool draining_ = false;
};

// The last part of a player's URL, "<node id>.<32 hexadecimal digits>".
struct WhepResource {
  std::string node_id;
  std::string session_id;
};
std::optional<WhepResource> ParseWhepResource(std::string_view text);

}  // namespace sluice::http_gateway
