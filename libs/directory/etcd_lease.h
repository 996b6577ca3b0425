// The lease that a node's own entries stand under.
#pragma once

#include <functional>
#include <memory>

#include "libs/directory/etcd_connection.h"
#include "libs/directory/lease_file.h"
#include "libs/loop/timer.h"

namespace sluice::directory {

// Loop thread only.
class EtcdLease {
 public:
  // fresh: a new lease; nothing stands under it yet. header tells the cluster and its revision.
  using OnAlive = std::function<void(bool fresh, const etcd::ResponseHeader& header)>;

  // ttl: whole seconds, at least 2. Before the loop runs: reads the file.
  EtcdLease(loop::EventLoop& loop, Duration ttl, LeaseFile file);

  // Revokes the lease of the process before us (once), makes sure that ours lives or gets one,
  // calls on_alive, and keeps it alive by a message every third of its time. The connection fails
  // when etcd does not answer two of them, or says that the lease is no more: then open on another
  // one, which outlives this or Close().
  void Open(EtcdConnection& connection, OnAlive on_alive);
  void Close();
  // Before Close(): the connection failed for want of an answer. If etcd has been silent about our
  // lease twice in a row, it is revoked on the next connection and a new one is had.
  void OnSilence();

  int64_t id() const { return id_; }  // 0 = none

 private:
  void RevokeOld();
  void CheckOrGrant();
  void Grant();
  void OpenKeepAlive();
  void OnKeptAlive(const etcd::LeaseKeepAliveResponse& response);
  void KeepAlive();
  void TellAlive(bool fresh, const etcd::ResponseHeader& header);

  Duration ttl_;
  LeaseFile file_;
  int64_t old_;
  int64_t id_ = 0;
  EtcdConnection* connection_ = nullptr;
  OnAlive on_alive_;
  int unanswered_ = 0;
  int silent_connections_ = 0;  // in a row
  loop::Timer timer_;
  std::unique_ptr<rpc::ClientBidiStream<etcd::LeaseKeepAliveRequest>> stream_;
};

}  // namespace sluice::directory
