// The stream of session events of one media node, kept open as long as the node is there.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libs/directory/directory.h"
#include "libs/loop/event_loop.h"
#include "libs/loop/timer.h"
#include "libs/rpc/channel_pool.h"
#include "libs/rpc/client_stream.h"
#include "sluice/v1/webrtc.pb.h"

namespace sluice::signalling_gateway {

class NodeWatchOwner {
 public:
  virtual ~NodeWatchOwner() = default;
  virtual void OnSessionEvent(const std::string& node_id, const v1::SessionEvent& event) = 0;
  // The node does not answer any more, or is another process now: its sessions are gone.
  virtual void OnNodeLost(const std::string& node_id) = 0;
  // Sessions that the node has confirmed.
  virtual std::vector<std::string> AnsweredOn(const std::string& node_id) const = 0;
  // A session that the node did not know when the stream was opened anew.
  virtual void OnMissing(const std::string& session_id) = 0;
};

// Lives on the loop. A broken stream is opened anew each kRetry; a node that stays away for
// kPatience is lost (and asked further on: it may come back).
class NodeWatch {
 public:
  // node: as the directory has it. owner_id: of this gateway. `owner` outlives this.
  NodeWatch(const v1::Node& node, std::string owner_id, NodeWatchOwner& owner,
            loop::EventLoop& loop, rpc::ChannelPool& channels);

  const std::string& incarnation() const { return incarnation_; }

  static constexpr Duration kRetry = 500ms;
  static constexpr Duration kPatience = 2s;

 private:
  void Open();
  void OnEvent(const v1::SessionEvent& event);
  void OnBroken();

  std::string node_id_;
  std::string address_;
  std::string incarnation_;
  std::string owner_id_;
  NodeWatchOwner& owner_;
  loop::EventLoop& loop_;
  rpc::ChannelPool& channels_;
  loop::Timer retry_;
  std::unique_ptr<rpc::ClientStream> stream_;
  bool in_snapshot_ = false;
  std::set<std::string> unconfirmed_;  // answered before this stream, not in its snapshot so far
  bool broken_ = false;
  Instant broken_since_{};
  bool lost_ = false;
};

}  // namespace sluice::signalling_gateway
