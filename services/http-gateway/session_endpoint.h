// What WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) have in common: an offer by POST makes a
// session on a media node, PATCH trickles candidates or restarts ICE, DELETE ends it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/random.h"
#include "libs/directory/directory.h"
#include "libs/http/router.h"
#include "libs/log/logger.h"
#include "libs/rpc/channel_pool.h"
#include "services/http-gateway/session_url.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::http_gateway {

struct EndpointOptions {
  std::string node_id;    // of this gateway: the sessions' owner
  Duration call_timeout;  // for the media node's answer to a player, which may wait for its stream
  std::string ice_links;  // IceServerLinks(); empty = none
};

// What all endpoints use; outlives them.
struct EndpointContext {
  EndpointOptions options;
  directory::Directory& directory;
  rpc::ChannelPool& channels;
  RandomSource& random;
  log::Logger& log;
};

struct EndpointCounters {
  uint64_t offers = 0;
  uint64_t made = 0;     // sessions
  uint64_t refused = 0;  // offers answered with 4xx
  uint64_t failed = 0;   // offers answered with 5xx
  uint64_t patched = 0;  // answered with 2xx
  uint64_t closed = 0;   // by DELETE
};

// How long a call may take that a media node answers by itself: every error is told within 1 s.
inline constexpr Duration kQuickCall = 900ms;

// Lives on the loop; must outlive the server that has its routes.
class SessionEndpoint {
 public:
  // prefix: "/whip"
  SessionEndpoint(std::string prefix, EndpointContext& context);
  virtual ~SessionEndpoint() = default;

  void AddRoutes(http::Router& router);
  // No new sessions from now on (503).
  void Drain() { draining_ = true; }
  const EndpointCounters& counters() const { return *counters_; }

 protected:
  struct Answer {
    std::string sdp;
    std::string etag;
  };
  using OnAnswer = std::function<void(absl::StatusOr<Answer>)>;
  // Asks the node for the session; calls back once.
  using Create = std::function<void(const v1::Node& node, OnAnswer on_answer)>;
  struct Offer {
    const http::Request& request;
    std::string stream_name;  // valid
    std::string session_id;
  };

  // Everything that can be refused without the node: InvalidArgument, PermissionDenied, NotFound.
  virtual absl::StatusOr<Create> Prepare(const Offer& offer) = 0;
  // Where the session is to be: the node that has the stream if there is one. nullptr: none is
  // ready.
  virtual directory::NodePtr ChooseNode(const media::StreamKey& stream) const;
  // Of Location, in Link; "" = none.
  virtual std::string LinkOf(const SessionUrl&) const { return ""; }

  const EndpointContext& context() const { return context_; }

 private:
  void OnOffer(const http::Request& request, http::Responder responder);
  absl::StatusOr<Create> Accept(const http::Request& request, const std::string& session_id);
  void OnPatch(const http::Request& request, http::Responder responder);
  void OnDelete(const http::Request& request, http::Responder responder);
  http::Responder Observed(const http::Request& request, http::Responder responder) const;

  std::string prefix_;
  EndpointContext& context_;
  // Shared with answers that may come after this has gone.
  std::shared_ptr<EndpointCounters> counters_ = std::make_shared<EndpointCounters>();
  bool draining_ = false;
};

}  // namespace sluice::http_gateway
