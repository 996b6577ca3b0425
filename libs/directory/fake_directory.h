// A directory in memory, for tests of what stands on one.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "libs/directory/claims.h"
#include "libs/directory/directory.h"
#include "libs/directory/local_copy.h"
#include "libs/loop/event_loop.h"

namespace sluice::directory {

// Has the rules of Directory, with a shared directory of its own instead of etcd: other nodes and
// their streams are what the test puts there. Results and change notices come by loop.Post().
class FakeDirectory final : public Directory {
 public:
  // self: id, service and incarnation at least.
  FakeDirectory(loop::EventLoop& loop, v1::Node self);
  ~FakeDirectory() override;

  // The rest of the world.
  void PutNode(const v1::Node& node);
  void RemoveNode(const std::string& node_id);
  // entry.node_id() says whose it is. A name that this daemon has claimed is taken away from it.
  void PutStream(const v1::StreamEntry& entry);
  void RemoveStream(const media::StreamKey& key);
  // While false, claims are accepted from the local copy, as when etcd is away.
  void SetConnected(bool connected);

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
  void EnterSelf();
  void Settle();
  void Write(const Claims::Write& write);
  void Share(const media::StreamKey& key, StreamPtr entry);
  void PostSettle();

  loop::EventLoop& loop_;
  v1::Node self_;
  LocalCopy copy_;
  Claims claims_;
  std::map<media::StreamKey, Standing> shared_;
  int64_t revision_ = 0;
  bool connected_ = true;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::directory
