#include "libs/directory/etcd_reader.h"

#include <algorithm>
#include <utility>

#include "libs/base/text.h"
#include "libs/directory/directory.h"
#include "libs/directory/keys.h"

namespace sluice::directory {
namespace {

// Times kMaxValueBytes it stays below the channels' bound on answers.
constexpr int64_t kPageEntries = 200;

}  // namespace

void EtcdReader::Open(EtcdConnection& connection, const etcd::ResponseHeader& header) {
  connection_ = &connection;
  const bool same_history = header.cluster_id() == cluster_ && header.revision() >= revision_;
  cluster_ = header.cluster_id();
  if (revision_ == 0 || !same_history) return ReadAll();
  events_.on_resume();
  Follow();
}

void EtcdReader::Close() {
  watch_ = nullptr;
  connection_ = nullptr;
  all_.clear();
}

void EtcdReader::ReadAll() {
  all_.clear();
  read_revision_ = 0;
  ReadPage(std::string(kRoot));
}

void EtcdReader::ReadPage(const std::string& from) {
  etcd::RangeRequest request;
  request.set_key(from);
  request.set_range_end(EndOfPrefix(kRoot));
  request.set_limit(kPageEntries);
  request.set_revision(read_revision_);
  connection_->Call<etcd::KV, etcd::RangeRequest, etcd::RangeResponse>(
      &rpc::Methods<etcd::KV>::Range, request,
      [this](const etcd::RangeResponse& page) { OnPage(page); });
}

void EtcdReader::OnPage(const etcd::RangeResponse& page) {
  if (read_revision_ == 0) read_revision_ = page.header().revision();
  all_.insert(all_.end(), page.kvs().begin(), page.kvs().end());
  if (page.more() && page.kvs_size() > 0 && all_.size() < 2 * kMaxEntries) {
    return ReadPage(StrCat(page.kvs(page.kvs_size() - 1).key(), std::string_view("\0", 1)));
  }
  revision_ = read_revision_;
  events_.on_all(std::exchange(all_, {}), revision_);
  Follow();
}

void EtcdReader::Follow() {
  watch_ = connection_->Open<etcd::Watch, etcd::WatchRequest, etcd::WatchResponse>(
      &rpc::Methods<etcd::Watch>::Watch,
      [this](const etcd::WatchResponse& response) { OnWatch(response); });
  etcd::WatchRequest request;
  etcd::WatchCreateRequest& create = *request.mutable_create_request();
  create.set_key(kRoot.data(), kRoot.size());
  create.set_range_end(EndOfPrefix(kRoot));
  create.set_start_revision(revision_ + 1);
  create.set_progress_notify(true);
  watch_->Write(request);
}

void EtcdReader::OnWatch(const etcd::WatchResponse& response) {
  if (response.compact_revision() > 0) {
    watch_ = nullptr;
    return ReadAll();
  }
  if (response.canceled()) {
    return connection_->Fail(
        absl::UnavailableError(StrCat("etcd cancelled the watch: ", response.cancel_reason())));
  }
  if (response.created()) return events_.on_ready();
  for (const mvccpb::Event& event : response.events()) {
    revision_ = std::max(revision_, event.kv().mod_revision());
    events_.on_event(event);
  }
  if (response.events().empty()) revision_ = std::max(revision_, response.header().revision());
  events_.on_told();
}

}  // namespace sluice::directory
