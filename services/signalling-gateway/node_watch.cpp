#include "services/signalling-gateway/node_watch.h"

#include <utility>

#include "libs/rpc/client.h"
#include "sluice/v1/webrtc.grpc.pb.h"

namespace sluice::signalling_gateway {

NodeWatch::NodeWatch(const v1::Node& node, std::string owner_id, NodeWatchOwner& owner,
                     loop::EventLoop& loop, rpc::ChannelPool& channels)
    : node_id_(node.id()),
      address_(node.grpc_address()),
      incarnation_(node.incarnation()),
      owner_id_(std::move(owner_id)),
      owner_(owner),
      loop_(loop),
      channels_(channels),
      retry_(loop, [this] { Open(); }) {
  Open();
}

void NodeWatch::Open() {
  std::vector<std::string> answered = owner_.AnsweredOn(node_id_);
  unconfirmed_ = std::set<std::string>(answered.begin(), answered.end());
  in_snapshot_ = true;
  v1::WatchSessionsRequest request;
  request.set_owner(owner_id_);
  stream_ = rpc::OpenStream<v1::WebRtc>(
      channels_, address_, &rpc::Methods<v1::WebRtc>::WatchSessions, request,
      [this](const v1::SessionEvent& event) { OnEvent(event); },
      [this](const absl::Status&) { OnBroken(); });
}

void NodeWatch::OnEvent(const v1::SessionEvent& event) {
  if (event.snapshot_done()) {
    in_snapshot_ = false;
    broken_ = false;
    lost_ = false;
    for (const std::string& id : std::exchange(unconfirmed_, {})) owner_.OnMissing(id);
    return;
  }
  if (in_snapshot_) unconfirmed_.erase(event.session_id());
  owner_.OnSessionEvent(node_id_, event);
}

void NodeWatch::OnBroken() {
  stream_.reset();
  Instant now = loop_.now();
  if (!std::exchange(broken_, true)) broken_since_ = now;
  retry_.Start(kRetry);
  if (!lost_ && now - broken_since_ >= kPatience) {
    lost_ = true;
    owner_.OnNodeLost(node_id_);
  }
}

}  // namespace sluice::signalling_gateway
