// One subscriber's socket, on the publication's side.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "libs/fanout/fanout_server.h"
#include "libs/fanout/frame.h"
#include "libs/loop/timer.h"
#include "libs/net/stream_connection.h"

namespace sluice::fanout {

// Attached to the publication once its token is right.
class SubscriberConnection final : public Sink, public net::StreamConnection::Delegate {
 public:
  SubscriberConnection(FanoutServer& server, net::OwnedFd fd);
  ~SubscriberConnection() override;

  void OnItems(std::span<const Item> items) override;
  void OnBytes(ByteView bytes) override;
  void OnClosed(const absl::Status& status) override;

  size_t unsent_bytes() const { return connection_.unsent_bytes(); }

 private:
  void Redeem();
  void Handle(Publication& publication, const KeyFrameRequest& request);
  void Handle(Publication& publication, const WantedLayers& wanted);
  // False: the subscriber is behind and this item is left out.
  bool Takes(const Item& item);
  bool TakesPacket(const rtp::Packet& packet);
  bool Wants(uint32_t track_id) const;
  void Drop();

  FanoutServer& server_;
  net::StreamConnection connection_;
  loop::Timer token_timer_;
  UpstreamReader reader_;
  std::weak_ptr<Publication> publication_;
  std::set<uint32_t> track_ids_;  // empty = all
  bool attached_ = false;
  LayerGate gate_;
};

}  // namespace sluice::fanout
