// One subscription's socket, on the consumer's side.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "libs/fanout/frame.h"
#include "libs/net/stream_connection.h"

namespace sluice::fanout {

// Connects, sends the token, and gives the items. Loop thread only.
class SubscriptionConnection final : public net::StreamConnection::Delegate {
 public:
  // The last batch ever ends with a StreamEnd: the publication's, or kUpstreamLost when the socket
  // broke or spoke nonsense. The callback may delete this.
  using OnItems = std::function<void(std::span<const Item> items)>;

  // address: "unix:<path>". Unavailable if nobody listens there; InvalidArgument for another kind
  // of address.
  static absl::StatusOr<std::unique_ptr<SubscriptionConnection>> Connect(loop::EventLoop& loop,
                                                                         const std::string& address,
                                                                         const std::string& token,
                                                                         OnItems on_items);
  SubscriptionConnection(loop::EventLoop& loop, net::OwnedFd fd, const std::string& token,
                         OnItems on_items);

  void RequestKeyFrame(uint32_t ssrc);
  // Until then, everything is wanted. A layer that is wanted again begins with a key frame.
  void SendWantedLayers(const WantedLayers& wanted);

  void OnBytes(ByteView bytes) override;
  void OnClosed(const absl::Status& status) override;

 private:
  OnItems on_items_;
  DownstreamReader reader_;
  bool ended_ = false;
  net::StreamConnection connection_;
};

}  // namespace sluice::fanout
