// Reads the whole directory once, then follows its changes.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "libs/directory/etcd_connection.h"

namespace sluice::directory {

// Loop thread only. On a new connection it goes on after the last change it has seen; when etcd
// does not have those changes any more (compaction, another cluster, restored data), it reads all
// again.
class EtcdReader {
 public:
  struct Events {
    // Everything there is, as of `revision`; replaces what was known.
    std::function<void(const std::vector<mvccpb::KeyValue>& all, int64_t revision)> on_all;
    std::function<void(const mvccpb::Event&)> on_event;
    // From now on changes come as they happen. Once per Open().
    std::function<void()> on_ready;
    // Every event of one message has been told.
    std::function<void()> on_told;
    std::function<void()> on_resume;
  };

  explicit EtcdReader(Events events) : events_(std::move(events)) {}

  // header: a fresh one of this connection. The connection outlives this or Close().
  void Open(EtcdConnection& connection, const etcd::ResponseHeader& header);
  void Close();

 private:
  void ReadAll();
  void ReadPage(const std::string& from);
  void OnPage(const etcd::RangeResponse& page);
  void Follow();
  void OnWatch(const etcd::WatchResponse& response);

  Events events_;
  EtcdConnection* connection_ = nullptr;
  uint64_t cluster_ = 0;
  int64_t revision_ = 0;               // of the last change seen; 0 = nothing read yet
  int64_t read_revision_ = 0;          // of the full read that runs
  std::vector<mvccpb::KeyValue> all_;  // at most 2 x kMaxEntries while a full read runs
  std::unique_ptr<rpc::ClientBidiStream<etcd::WatchRequest>> watch_;
};

}  // namespace sluice::directory
