// EtcdDirectory: what this daemon writes, its node and its claims.
#include <cmath>
#include <utility>

#include "libs/directory/etcd_directory.h"
#include "libs/directory/etcd_lease.h"
#include "libs/directory/values.h"

namespace sluice::directory {
namespace {

constexpr double kLoadStep = 0.02;
constexpr Duration kLoadPeriod = 1s;
using KvMethods = rpc::Methods<etcd::KV>;

// Puts the value if the key stands as expected, else reads what stands there.
etcd::TxnRequest PutTransaction(const Claims::Write& write, int64_t lease) {
  etcd::TxnRequest request;
  etcd::Compare& compare = *request.add_compare();
  compare.set_target(etcd::Compare::MOD);
  compare.set_key(write.path);
  compare.set_mod_revision(write.expected_revision);
  etcd::PutRequest& put = *request.add_success()->mutable_request_put();
  put.set_key(write.path);
  put.set_value(write.value);
  put.set_lease(lease);
  request.add_failure()->mutable_request_range()->set_key(write.path);
  return request;
}

// Deletes the key if it stands under our lease; whatever else stands there is another's.
etcd::TxnRequest RemoveTransaction(const Claims::Write& write, int64_t lease) {
  etcd::TxnRequest request;
  etcd::Compare& compare = *request.add_compare();
  compare.set_target(etcd::Compare::LEASE);
  compare.set_key(write.path);
  compare.set_lease(lease);
  request.add_success()->mutable_request_delete_range()->set_key(write.path);
  return request;
}

}  // namespace

void EtcdDirectory::SetNode(const v1::Node& node) {
  v1::Node entered = node;
  entered.set_id(self_.id());
  entered.set_service(self_.service());
  entered.set_incarnation(self_.incarnation());
  self_ = std::move(entered);
  node_entered_ = true;
  EnterNode();
}

void EtcdDirectory::SetState(v1::NodeState state) {
  self_.set_state(state);
  if (node_entered_) EnterNode();
}

void EtcdDirectory::SetLoad(double load) {
  wanted_load_ = load;
  if (!load_timer_.running()) ApplyLoad();
}

void EtcdDirectory::ApplyLoad() {
  if (std::abs(wanted_load_ - self_.load()) < kLoadStep) return;
  self_.set_load(wanted_load_);
  load_timer_.Start(kLoadPeriod);
  if (node_entered_) EnterNode();
}

void EtcdDirectory::ClaimStream(v1::StreamEntry entry, OnClaimed on_claimed, OnClaimLost on_lost) {
  claims_.Claim(std::move(entry), std::move(on_claimed), std::move(on_lost), loop_.now());
  PostSettle();
}

absl::Status EtcdDirectory::UpdateStream(v1::StreamEntry entry) {
  PostSettle();
  return claims_.Update(std::move(entry));
}

void EtcdDirectory::ReleaseStream(const media::StreamKey& key) {
  claims_.Release(key);
  PostSettle();
}

void EtcdDirectory::EnterNode() {
  copy_.SetNode(std::make_shared<v1::Node>(self_));
  node_to_write_ = true;
  PostSettle();
}

// Writes to one key over one connection arrive in order of their answers only: the next one waits.
void EtcdDirectory::WriteNode() {
  if (node_on_the_way_) return;
  node_to_write_ = false;
  const absl::StatusOr<PathValue> entry = SerializeNode(self_);
  if (!entry.ok()) {
    ++counters_.refused_values;
    node_stands_ = true;  // as well as it ever will
    return;
  }
  node_on_the_way_ = true;
  etcd::PutRequest request;
  request.set_key(entry->path);
  request.set_value(entry->value);
  request.set_lease(lease_->id());
  connection_->Call<etcd::KV, etcd::PutRequest, etcd::PutResponse>(
      &KvMethods::Put, request, [this](const etcd::PutResponse&) {
        node_on_the_way_ = false;
        node_stands_ = true;
        Settle();
      });
}

void EtcdDirectory::WriteClaim(const Claims::Write& write) {
  const etcd::TxnRequest request =
      write.remove ? RemoveTransaction(write, lease_->id()) : PutTransaction(write, lease_->id());
  connection_->Call<etcd::KV, etcd::TxnRequest, etcd::TxnResponse>(
      &KvMethods::Txn, request,
      [this, key = write.key, remove = write.remove](const etcd::TxnResponse& answer) {
        remove ? claims_.OnRemoved(key) : OnPutAnswer(key, answer);
        Settle();
      });
}

void EtcdDirectory::OnPutAnswer(const media::StreamKey& key, const etcd::TxnResponse& answer) {
  if (answer.succeeded()) return claims_.OnWritten(key, answer.header().revision());
  Standing standing;
  if (answer.responses_size() == 1 && answer.responses(0).response_range().kvs_size() == 1) {
    const mvccpb::KeyValue& kv = answer.responses(0).response_range().kvs(0);
    standing = {ParseStream(key, kv.value()), kv.mod_revision()};
  }
  claims_.OnRefused(key, standing);
}

}  // namespace sluice::directory
