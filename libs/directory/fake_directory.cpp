#include "libs/directory/fake_directory.h"

#include <utility>

#include "libs/directory/values.h"
#include "libs/fanout/description_map.h"

namespace sluice::directory {

FakeDirectory::FakeDirectory(loop::EventLoop& loop, v1::Node self)
    : loop_(loop), self_(std::move(self)), claims_(copy_, self_.id(), self_.incarnation()) {
  claims_.Online();
}

FakeDirectory::~FakeDirectory() = default;

void FakeDirectory::PutNode(const v1::Node& node) {
  copy_.SetNode(std::make_shared<v1::Node>(node));
  PostSettle();
}

void FakeDirectory::RemoveNode(const std::string& node_id) {
  copy_.RemoveNode(node_id);
  PostSettle();
}

void FakeDirectory::PutStream(const v1::StreamEntry& entry) {
  Share(fanout::FromProto(entry.key()), std::make_shared<v1::StreamEntry>(entry));
  PostSettle();
}

void FakeDirectory::RemoveStream(const media::StreamKey& key) {
  Share(key, nullptr);
  PostSettle();
}

void FakeDirectory::SetConnected(bool connected) {
  connected_ = connected;
  connected ? claims_.Online() : claims_.Offline();
  PostSettle();
}

void FakeDirectory::SetNode(const v1::Node& node) {
  const v1::Node before = std::exchange(self_, node);
  self_.set_id(before.id());
  self_.set_service(before.service());
  self_.set_incarnation(before.incarnation());
  EnterSelf();
}

void FakeDirectory::SetState(v1::NodeState state) {
  self_.set_state(state);
  EnterSelf();
}

void FakeDirectory::SetLoad(double load) {
  self_.set_load(load);
  EnterSelf();
}

NodePtr FakeDirectory::FindNode(std::string_view node_id) const { return copy_.FindNode(node_id); }
std::vector<NodePtr> FakeDirectory::ListNodes(std::string_view service) const {
  return copy_.ListNodes(service);
}
NodePtr FakeDirectory::ChooseNode(std::string_view service,
                                  const media::StreamKey* preferred) const {
  return copy_.ChooseNode(service, preferred);
}
StreamPtr FakeDirectory::FindStream(const media::StreamKey& key) const {
  return copy_.FindStream(key);
}
std::vector<StreamPtr> FakeDirectory::ListStreams() const { return copy_.ListStreams(); }

void FakeDirectory::ClaimStream(v1::StreamEntry entry, OnClaimed on_claimed, OnClaimLost on_lost) {
  claims_.Claim(std::move(entry), std::move(on_claimed), std::move(on_lost), loop_.now());
  PostSettle();
}

absl::Status FakeDirectory::UpdateStream(v1::StreamEntry entry) {
  PostSettle();
  return claims_.Update(std::move(entry));
}

void FakeDirectory::ReleaseStream(const media::StreamKey& key) {
  claims_.Release(key);
  PostSettle();
}

std::unique_ptr<Watch> FakeDirectory::WatchStreams(OnStream on_change) {
  return copy_.WatchStreams(std::move(on_change));
}
std::unique_ptr<Watch> FakeDirectory::WatchNodes(OnNode on_change) {
  return copy_.WatchNodes(std::move(on_change));
}

void FakeDirectory::EnterSelf() {
  copy_.SetNode(std::make_shared<v1::Node>(self_));
  PostSettle();
}

void FakeDirectory::PostSettle() {
  loop_.Post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.lock()) Settle();
  });
}

void FakeDirectory::Settle() {
  while (const auto write = claims_.NextWrite()) Write(*write);
  const std::weak_ptr<bool> alive = alive_;
  copy_.TellChanges();
  if (alive.lock()) claims_.TellResults();
}

void FakeDirectory::Write(const Claims::Write& write) {
  Standing& standing = shared_[write.key];
  if (write.remove) {
    if (standing.entry && standing.entry->incarnation() == self_.incarnation()) standing = {};
    return claims_.OnRemoved(write.key);
  }
  if (standing.revision != write.expected_revision) return claims_.OnRefused(write.key, standing);
  standing = {ParseStream(write.key, write.value), ++revision_};
  claims_.OnWritten(write.key, revision_);
}

void FakeDirectory::Share(const media::StreamKey& key, StreamPtr entry) {
  ++revision_;
  const Standing standing{entry, entry ? revision_ : 0};
  shared_[key] = standing;
  if (claims_.OnShared(key, standing, revision_)) return;
  if (entry == nullptr) return copy_.RemoveStream(key);
  copy_.SetStream(std::move(entry));
}

}  // namespace sluice::directory
