// One daemon's copy of the directory, in memory: look-ups, the choice of a node, and change
// notices.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libs/directory/directory.h"

namespace sluice::directory {

// No I/O, no thread of its own. Changes are collected and told by TellChanges(), so that no
// callback meets a half-changed state.
class LocalCopy {
 public:
  LocalCopy();
  ~LocalCopy();
  LocalCopy(const LocalCopy&) = delete;
  LocalCopy& operator=(const LocalCopy&) = delete;

  // False: kMaxEntries nodes or streams are there already, and this one was left out.
  bool SetNode(NodePtr node);
  bool SetStream(StreamPtr entry);
  void RemoveNode(const std::string& node_id);
  void RemoveStream(const media::StreamKey& key);

  NodePtr FindNode(std::string_view node_id) const;
  std::vector<NodePtr> ListNodes(std::string_view service) const;
  NodePtr ChooseNode(std::string_view service, const media::StreamKey* preferred) const;
  StreamPtr FindStream(const media::StreamKey& key) const;
  std::vector<StreamPtr> ListStreams() const;

  std::unique_ptr<Watch> WatchStreams(Directory::OnStream on_change);
  std::unique_ptr<Watch> WatchNodes(Directory::OnNode on_change);
  bool has_changes() const { return !changes_.empty(); }
  // Tells what has changed since the last time, each change with the value it had. A callback may
  // change, watch and stop watching. The copy may be destroyed by none of them.
  void TellChanges();

 private:
  template <typename Key, typename Value>
  class Registrations;
  struct NodeChange {
    std::string id;
    NodePtr node;
  };
  struct StreamChange {
    media::StreamKey key;
    StreamPtr entry;
  };
  bool Holds(const std::string& node_id, const media::StreamKey& preferred) const;

  std::map<std::string, NodePtr, std::less<>> nodes_;           // at most kMaxEntries
  std::map<media::StreamKey, StreamPtr> streams_;               // at most kMaxEntries
  std::deque<std::variant<NodeChange, StreamChange>> changes_;  // emptied each turn of the loop
  std::shared_ptr<Registrations<std::string, NodePtr>> node_watches_;
  std::shared_ptr<Registrations<media::StreamKey, StreamPtr>> stream_watches_;
  mutable size_t turns_ = 0;  // spreads work over equally loaded nodes
};

}  // namespace sluice::directory
