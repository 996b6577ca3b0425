// The directory in etcd (v3 gRPC API): /sluice/v1/nodes/<service>/<id>, /sluice/v1/streams/<name>.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/directory/directory.h"
#include "libs/rpc/channel_pool.h"

namespace sluice::directory {

struct EtcdOptions {
  std::vector<std::string> endpoints;  // "host:port"; the next is tried when one fails
  // The lease's id is kept here, so that a restarted daemon can revoke its old lease at once
  // instead of waiting for it to run out; empty = not kept. Its folder must be there.
  std::string lease_file;
  Duration lease_ttl = 10s;  // whole seconds; own entries vanish this long after our death
};

// What it saw and did, for metrics.
struct DirectoryCounters {
  uint64_t reconnects = 0;
  uint64_t watch_resumes = 0;
  uint64_t full_reads = 0;  // the first one included
  uint64_t leases = 0;      // granted
  uint64_t claims_lost = 0;
  uint64_t refused_values = 0;  // malformed, too large or too many
};

// Own entries stand under one lease, kept alive every third of its time; when it is lost, a new one
// is had and they are put again. Loop thread only.
class EtcdDirectory final : public Directory {
 public:
  // self: id, service and incarnation at least; entered by SetNode(). The pool outlives this.
  EtcdDirectory(rpc::ChannelPool& channels, EtcdOptions options, const v1::Node& self);
  // Says nothing to etcd: own entries stand until the lease runs out. Stop() before.
  ~EtcdDirectory() override;

  // Begins to connect, in the background and for ever.
  void Start();
  // Takes own entries out of etcd (the lease is revoked), then calls `done`; after 1 s at the
  // latest.
  void Stop(std::function<void()> done);

  const DirectoryCounters& counters() const;

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
  bool synced() const override;
  bool connected() const override;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::directory
