// The directory in etcd (v3 gRPC API): /sluice/v1/nodes/<service>/<id>, /sluice/v1/streams/<name>.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libs/directory/claims.h"
#include "libs/directory/directory.h"
#include "libs/directory/local_copy.h"
#include "libs/loop/timer.h"
#include "libs/rpc/channel_pool.h"

namespace etcdserverpb {
class TxnResponse;
}
namespace mvccpb {
class Event;
class KeyValue;
}  // namespace mvccpb

namespace sluice::directory {

class EtcdConnection;
class EtcdLease;
class EtcdReader;

struct EtcdOptions {
  std::vector<std::string>
      endpoints;  // "host:port", one at least; the next is tried when one fails
  // The lease's id is kept here, so that a restarted daemon can revoke its old lease at once
  // instead of waiting for it to run out; empty = not kept. Its folder must be there.
  std::string lease_file;
  Duration lease_ttl =
      10s;  // whole seconds, 2 or more; own entries vanish this long after our death
  // What an etcd that has come back without its data does not know is kept for so long: the others
  // enter themselves again one after the other.
  Duration rejoin_time = 3s;
  Duration connect_limit = 5s;  // until all is read and followed; then the next endpoint is tried
  // For the log: etcd can be used (Ok), or not and why. Told on the loop when it, or the why,
  // changes.
  std::function<void(const absl::Status&)> on_connection = [](const absl::Status&) {};
};

// What it saw and did, for metrics.
struct DirectoryCounters {
  uint64_t failures = 0;  // connections that failed, attempts included
  uint64_t watch_resumes = 0;
  uint64_t full_reads = 0;  // the first one included
  uint64_t leases = 0;      // had anew
  uint64_t claims_lost = 0;
  uint64_t refused_values = 0;  // malformed, too large or too many
};

// Own entries stand under one lease, kept alive every third of its time; when it is lost, a new one
// is had and they are put again. While etcd is away it tries one endpoint after the other, every
// 0.1 to 2 s. Made and destroyed on the loop's thread; the pool outlives it.
class EtcdDirectory final : public Directory {
 public:
  // self: id, service and incarnation at least; entered by SetNode(). Reads the lease file.
  EtcdDirectory(rpc::ChannelPool& channels, EtcdOptions options, const v1::Node& self);
  // Says nothing to etcd: own entries stand until the lease runs out. Stop() before.
  ~EtcdDirectory() override;

  // Begins to connect, in the background and for ever.
  void Start();
  // Takes own entries out of etcd (the lease is revoked), then calls `done`, within about 1 s. The
  // local copy stays as it is.
  void Stop(std::function<void()> done);

  DirectoryCounters counters() const;

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
  bool synced() const override { return synced_; }
  bool connected() const override { return connected_; }

 private:
  void Connect();
  void OnReady();
  void OnFailure(const absl::Status& status);
  void CloseConnection();

  // What etcd tells (etcd_directory_changes.cpp).
  void OnAll(const std::vector<mvccpb::KeyValue>& all, int64_t revision);
  void OnEvent(const mvccpb::Event& event);
  // Others' entries that are not among these.
  void NoteAbsent(const std::set<std::string>& nodes, const std::set<media::StreamKey>& streams);
  void RemoveAbsent();
  void OnStreamStands(const media::StreamKey& key, const Standing& standing, int64_t revision);
  void OnPut(const mvccpb::KeyValue& kv);

  // What we write there (etcd_directory_writes.cpp).
  void EnterNode();
  void WriteNode();
  void WriteClaim(const Claims::Write& write);
  void OnPutAnswer(const media::StreamKey& key, const etcdserverpb::TxnResponse& answer);
  void ApplyLoad();

  // Writes what is to be written and tells what has happened. At the end of every event.
  void Settle();
  void PostSettle();

  rpc::ChannelPool& channels_;
  loop::EventLoop& loop_;
  EtcdOptions options_;
  v1::Node self_;
  double wanted_load_ = 0;
  bool node_entered_ = false;
  bool node_to_write_ = false;
  bool node_on_the_way_ = false;
  bool node_stands_ = false;  // written, and the lease has not been lost since
  LocalCopy copy_;
  Claims claims_;
  std::unique_ptr<EtcdLease> lease_;
  std::unique_ptr<EtcdReader> reader_;
  std::unique_ptr<EtcdConnection> connection_;
  size_t next_endpoint_ = 0;
  Duration backoff_;
  bool stopped_ = true;
  bool connected_ = false;
  bool synced_ = false;
  absl::Status told_failure_;
  bool settle_posted_ = false;
  DirectoryCounters counters_;
  loop::Timer connect_timer_;  // the next attempt, or the limit of the present one
  loop::Timer overdue_timer_;
  loop::Timer load_timer_;
  // Others' entries that an etcd without its data does not know yet.
  std::set<std::string> absent_nodes_;
  std::set<media::StreamKey> absent_streams_;
  loop::Timer rejoin_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sluice::directory
