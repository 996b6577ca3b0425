// EtcdDirectory: what etcd tells goes into the local copy, unless it is about names of ours.
#include <set>
#include <utility>

#include "libs/directory/etcd_directory.h"
#include "libs/directory/etcd_reader.h"
#include "libs/directory/values.h"
#include "libs/fanout/description_map.h"

namespace sluice::directory {

// What is not among `all` is gone, but for what only we know of yet. An etcd that does not know us
// any more has lost its data, or everybody's lease: what others had is kept until they are back.
void EtcdDirectory::OnAll(const std::vector<mvccpb::KeyValue>& all, int64_t revision) {
  ++counters_.full_reads;
  const bool was_synced = std::exchange(synced_, true);
  std::set<media::StreamKey> streams;
  std::set<std::string> nodes;
  for (const mvccpb::KeyValue& kv : all) {
    if (const auto key = ParseStreamPath(kv.key())) streams.insert(*key);
    if (const auto name = ParseNodePath(kv.key())) nodes.insert(name->id);
    OnPut(kv);
  }
  const std::vector<media::StreamKey> ours = claims_.WrittenKeys();
  for (const media::StreamKey& key : ours) {
    if (!streams.contains(key)) claims_.OnShared(key, {}, revision);
  }
  const bool has_lost_us = was_synced && node_entered_ && !nodes.contains(self_.id());
  NoteAbsent(nodes, streams);
  if (rejoin_timer_.running()) return;
  if (!has_lost_us) return RemoveAbsent();
  rejoin_timer_.Start(options_.rejoin_time);
}

void EtcdDirectory::NoteAbsent(const std::set<std::string>& nodes,
                               const std::set<media::StreamKey>& streams) {
  for (const StreamPtr& entry : copy_.ListStreams()) {
    const media::StreamKey key = fanout::FromProto(entry->key());
    if (!streams.contains(key) && !claims_.Has(key)) absent_streams_.insert(key);
  }
  for (const NodePtr& node : copy_.ListNodes("")) {
    if (!nodes.contains(node->id()) && node->id() != self_.id()) absent_nodes_.insert(node->id());
  }
}

void EtcdDirectory::RemoveAbsent() {
  rejoin_timer_.Stop();
  for (const media::StreamKey& key : std::exchange(absent_streams_, {})) {
    if (!claims_.Has(key)) copy_.RemoveStream(key);
  }
  for (const std::string& id : std::exchange(absent_nodes_, {})) copy_.RemoveNode(id);
}

void EtcdDirectory::OnEvent(const mvccpb::Event& event) {
  if (event.type() == mvccpb::Event::PUT) return OnPut(event.kv());
  const std::string& path = event.kv().key();
  if (const auto key = ParseStreamPath(path)) {
    OnStreamStands(*key, {}, event.kv().mod_revision());
  } else if (const auto name = ParseNodePath(path)) {
    if (name->id != self_.id()) return copy_.RemoveNode(name->id);
    node_to_write_ = node_entered_;
    node_stands_ = false;
  }
}

// A value that cannot be read is as good as none. Other paths are for later versions.
void EtcdDirectory::OnPut(const mvccpb::KeyValue& kv) {
  if (const auto key = ParseStreamPath(kv.key())) {
    StreamPtr entry = ParseStream(*key, kv.value());
    if (entry == nullptr) ++counters_.refused_values;
    const int64_t revision = entry == nullptr ? 0 : kv.mod_revision();
    OnStreamStands(*key, {std::move(entry), revision}, kv.mod_revision());
  } else if (const auto name = ParseNodePath(kv.key())) {
    if (name->id == self_.id()) return;
    absent_nodes_.erase(name->id);
    NodePtr node = ParseNode(*name, kv.value());
    if (node == nullptr) copy_.RemoveNode(name->id);
    if (node == nullptr || !copy_.SetNode(std::move(node))) ++counters_.refused_values;
  }
}

void EtcdDirectory::OnStreamStands(const media::StreamKey& key, const Standing& standing,
                                   int64_t revision) {
  absent_streams_.erase(key);
  if (claims_.OnShared(key, standing, revision)) return;
  if (standing.entry == nullptr) return copy_.RemoveStream(key);
  if (!copy_.SetStream(standing.entry)) ++counters_.refused_values;
}

}  // namespace sluice::directory
