// A directory in memory, for tests of what stands on one.
#pragma once

#include <map>
#include <string>

#include "libs/directory/directory.h"
#include "libs/directory/local_copy.h"
#include "libs/loop/event_loop.h"

namespace sluice::directory {

// Has the rules of Directory, alone in the world: other nodes and their streams are what the test
// puts there. Callbacks of claims come by loop.Post(); change notices inside Put and Remove.
class FakeDirectory final : public Directory {
 public:
  FakeDirectory(loop::EventLoop& loop, v1::Node self);
  ~FakeDirectory() override;

  // The rest of the world.
  void PutNode(const v1::Node& node);
  void RemoveNode(const std::string& service, const std::string& node_id);
  // entry.node_id() says whose it is.
  void PutStream(const v1::StreamEntry& entry);
  void RemoveStream(const media::StreamKey& key);
  // Takes a name that this daemon has claimed: on_lost is called.
  void TakeAway(const media::StreamKey& key, const v1::StreamEntry& by);
  void set_connected(bool connected) { connected_ = connected; }

  // Directory:
  void SetNode(const v1::Node& node) override;
  void SetState(v1::NodeState state) override;
  void SetLoad(double load) override;
  NodePtr FindNode(std::string_view node_id) const override;
  std::vector<NodePtr> ListNodes(std::string_view service) const override;
  NodePtr ChooseNode(std::string_view service, const media::StreamKey* preferred) const override;
  StreamPtr FindStream(const media::StreamKey& key) const override;
  std::vector<StreamPtr> ListStreams() const override;
  void ClaimStream(v1::StreamEntry entry, OnClaimed on_claimed, OnClaimLost on_lost) override;
  absl::Status UpdateStream(v1::StreamEntry entry) override;
  void ReleaseStream(const media::StreamKey& key) override;
  std::unique_ptr<Watch> WatchStreams(OnStream on_change) override;
  std::unique_ptr<Watch> WatchNodes(OnNode on_change) override;
  bool synced() const override { return true; }
  bool connected() const override { return connected_; }

 private:
  loop::EventLoop& loop_;
  v1::Node self_;
  LocalCopy copy_;
  std::map<media::StreamKey, OnClaimLost> claims_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool connected_ = true;
};

}  // namespace sluice::directory
