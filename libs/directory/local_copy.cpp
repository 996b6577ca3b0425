#include "libs/directory/local_copy.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "libs/fanout/description_map.h"

namespace sluice::directory {
namespace {

// Loads nearer than this are equal: reports are a second old.
constexpr double kEqualLoad = 0.02;

// A full read brings much that is known; that is no change.
bool Equal(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace

// The callbacks of one kind of change. Each Watch stands for one and keeps none of this alive.
template <typename Key, typename Value>
class LocalCopy::Registrations : public std::enable_shared_from_this<Registrations<Key, Value>> {
 public:
  using OnChange = std::function<void(const Key&, const Value&)>;

  std::unique_ptr<Watch> Add(OnChange on_change) {
    const uint64_t id = ++last_id_;
    callbacks_.emplace(id, std::make_shared<OnChange>(std::move(on_change)));
    return std::make_unique<Registration>(this->weak_from_this(), id);
  }

  void Tell(const Key& key, const Value& value) {
    std::vector<uint64_t> ids;
    for (const auto& [id, callback] : callbacks_) ids.push_back(id);
    for (const uint64_t id : ids) {
      const auto found = callbacks_.find(id);
      if (found == callbacks_.end()) continue;
      const auto callback = found->second;  // may be removed while it runs
      (*callback)(key, value);
    }
  }

 private:
  class Registration final : public Watch {
   public:
    Registration(std::weak_ptr<Registrations> all, uint64_t id) : all_(std::move(all)), id_(id) {}
    ~Registration() override {
      if (auto all = all_.lock()) all->callbacks_.erase(id_);
    }

   private:
    std::weak_ptr<Registrations> all_;
    uint64_t id_;
  };

  std::map<uint64_t, std::shared_ptr<OnChange>> callbacks_;
  uint64_t last_id_ = 0;
};

LocalCopy::LocalCopy()
    : node_watches_(std::make_shared<Registrations<std::string, NodePtr>>()),
      stream_watches_(std::make_shared<Registrations<media::StreamKey, StreamPtr>>()) {}
LocalCopy::~LocalCopy() = default;

bool LocalCopy::SetNode(NodePtr node) {
  const std::string& id = node->id();
  const auto found = nodes_.find(id);
  if (found == nodes_.end() && nodes_.size() >= kMaxEntries) return false;
  if (found != nodes_.end() && Equal(*found->second, *node)) return true;
  changes_.push_back(NodeChange{id, node});
  nodes_.insert_or_assign(id, std::move(node));
  return true;
}

bool LocalCopy::SetStream(StreamPtr entry) {
  const media::StreamKey key = fanout::FromProto(entry->key());
  const auto found = streams_.find(key);
  if (found == streams_.end() && streams_.size() >= kMaxEntries) return false;
  if (found != streams_.end() && Equal(*found->second, *entry)) return true;
  changes_.push_back(StreamChange{key, entry});
  streams_.insert_or_assign(key, std::move(entry));
  return true;
}

void LocalCopy::RemoveNode(const std::string& node_id) {
  if (nodes_.erase(node_id) > 0) changes_.push_back(NodeChange{node_id, nullptr});
}

void LocalCopy::RemoveStream(const media::StreamKey& key) {
  if (streams_.erase(key) > 0) changes_.push_back(StreamChange{key, nullptr});
}

NodePtr LocalCopy::FindNode(std::string_view node_id) const {
  const auto found = nodes_.find(node_id);
  return found == nodes_.end() ? nullptr : found->second;
}

std::vector<NodePtr> LocalCopy::ListNodes(std::string_view service) const {
  std::vector<NodePtr> list;
  for (const auto& [id, node] : nodes_) {
    if (service.empty() || node->service() == service) list.push_back(node);
  }
  return list;
}

// The original and its renditions stand next to each other in the map.
bool LocalCopy::Holds(const std::string& node_id, const media::StreamKey& preferred) const {
  for (auto i = streams_.lower_bound({preferred.name, ""});
       i != streams_.end() && i->first.name == preferred.name; ++i) {
    if (i->second->node_id() == node_id) return true;
  }
  return false;
}

NodePtr LocalCopy::ChooseNode(std::string_view service, const media::StreamKey* preferred) const {
  std::vector<NodePtr> ready;
  for (const NodePtr& node : ListNodes(service)) {
    if (node->state() != v1::NODE_STATE_READY) continue;
    if (preferred != nullptr && Holds(node->id(), *preferred)) return node;
    ready.push_back(node);
  }
  if (ready.empty()) return nullptr;
  const auto by_load = [](const NodePtr& a, const NodePtr& b) { return a->load() < b->load(); };
  const double least = (*std::min_element(ready.begin(), ready.end(), by_load))->load();
  std::erase_if(ready, [least](const NodePtr& node) { return node->load() > least + kEqualLoad; });
  return ready.empty() ? nullptr : ready[turns_++ % ready.size()];
}

StreamPtr LocalCopy::FindStream(const media::StreamKey& key) const {
  const auto found = streams_.find(key);
  return found == streams_.end() ? nullptr : found->second;
}

std::vector<StreamPtr> LocalCopy::ListStreams() const {
  std::vector<StreamPtr> list;
  list.reserve(streams_.size());
  for (const auto& [key, entry] : streams_) list.push_back(entry);
  return list;
}

std::unique_ptr<Watch> LocalCopy::WatchStreams(Directory::OnStream on_change) {
  return stream_watches_->Add(std::move(on_change));
}

std::unique_ptr<Watch> LocalCopy::WatchNodes(Directory::OnNode on_change) {
  return node_watches_->Add(std::move(on_change));
}

void LocalCopy::TellChanges() {
  while (!changes_.empty()) {
    const auto change = std::move(changes_.front());
    changes_.pop_front();
    if (const auto* node = std::get_if<NodeChange>(&change)) {
      node_watches_->Tell(node->id, node->node);
    } else if (const auto* stream = std::get_if<StreamChange>(&change)) {
      stream_watches_->Tell(stream->key, stream->entry);
    }
  }
}

}  // namespace sluice::directory
