#include "libs/directory/etcd_directory.h"

#include <algorithm>
#include <utility>

#include "libs/directory/etcd_lease.h"
#include "libs/directory/etcd_reader.h"

namespace sluice::directory {
namespace {

constexpr Duration kMinBackoff = 100ms;
constexpr Duration kMaxBackoff = 2s;
constexpr Duration kStopLimit = 1s;

}  // namespace

EtcdDirectory::EtcdDirectory(rpc::ChannelPool& channels, EtcdOptions options, const v1::Node& self)
    : channels_(channels),
      loop_(channels.loop()),
      options_(std::move(options)),
      self_(self),
      claims_(copy_, self.id(), self.incarnation()),
      lease_(std::make_unique<EtcdLease>(loop_, options_.lease_ttl,
                                         LeaseFile(loop_, options_.lease_file))),
      reader_(std::make_unique<EtcdReader>(EtcdReader::Events{
          [this](const auto& all, int64_t revision) { OnAll(all, revision); },
          [this](const mvccpb::Event& event) { OnEvent(event); }, [this] { OnReady(); },
          [this] { Settle(); }, [this] { ++counters_.watch_resumes; }})),
      backoff_(kMinBackoff),
      connect_timer_(loop_,
                     [this] {
                       if (connection_ == nullptr) return Connect();
                       connection_->Fail(absl::DeadlineExceededError("etcd does not answer"));
                     }),
      overdue_timer_(loop_, [this] { Settle(); }),
      load_timer_(loop_, [this] { ApplyLoad(); }),
      rejoin_timer_(loop_, [this] {
        RemoveAbsent();
        Settle();
      }) {}

EtcdDirectory::~EtcdDirectory() { CloseConnection(); }

void EtcdDirectory::Start() {
  if (!std::exchange(stopped_, false)) return;
  Connect();
}

void EtcdDirectory::Stop(std::function<void()> done) {
  stopped_ = true;
  connect_timer_.Stop();
  const std::string endpoint = connection_ == nullptr ? "" : connection_->endpoint();
  CloseConnection();
  connected_ = false;
  claims_.Offline();
  if (endpoint.empty() || lease_->id() == 0) return loop_.Post(std::move(done));
  etcd::LeaseRevokeRequest request;
  request.set_id(lease_->id());
  // It runs out by itself if etcd does not hear this.
  rpc::CallUnary<etcd::Lease, etcd::LeaseRevokeRequest, etcd::LeaseRevokeResponse>(
      channels_, endpoint, &rpc::Methods<etcd::Lease>::LeaseRevoke, request, kStopLimit,
      [done = std::move(done)](const auto&) { done(); });
}

DirectoryCounters EtcdDirectory::counters() const {
  DirectoryCounters counters = counters_;
  counters.claims_lost = claims_.lost();
  return counters;
}

NodePtr EtcdDirectory::FindNode(std::string_view node_id) const { return copy_.FindNode(node_id); }

std::vector<NodePtr> EtcdDirectory::ListNodes(std::string_view service) const {
  return copy_.ListNodes(service);
}

NodePtr EtcdDirectory::ChooseNode(std::string_view service,
                                  const media::StreamKey* preferred) const {
  return copy_.ChooseNode(service, preferred);
}

StreamPtr EtcdDirectory::FindStream(const media::StreamKey& key) const {
  return copy_.FindStream(key);
}

std::vector<StreamPtr> EtcdDirectory::ListStreams() const { return copy_.ListStreams(); }

std::unique_ptr<Watch> EtcdDirectory::WatchStreams(OnStream on_change) {
  return copy_.WatchStreams(std::move(on_change));
}

std::unique_ptr<Watch> EtcdDirectory::WatchNodes(OnNode on_change) {
  return copy_.WatchNodes(std::move(on_change));
}

// The lease first: what we write stands under it, and its answer tells which history we meet.
void EtcdDirectory::Connect() {
  const std::string& endpoint = options_.endpoints[next_endpoint_++ % options_.endpoints.size()];
  connection_ = std::make_unique<EtcdConnection>(
      channels_, endpoint, [this](const absl::Status& status) { OnFailure(status); });
  connect_timer_.Start(options_.connect_limit);
  lease_->Open(*connection_, [this](bool fresh, const etcd::ResponseHeader& header) {
    if (fresh) {
      ++counters_.leases;
      claims_.LeaseLost();
      node_to_write_ = node_entered_;
      node_stands_ = false;
    }
    reader_->Open(*connection_, header);
  });
}

void EtcdDirectory::OnReady() {
  connect_timer_.Stop();
  backoff_ = kMinBackoff;
  told_failure_ = absl::OkStatus();
  claims_.Online();
  if (!std::exchange(connected_, true)) options_.on_connection(absl::OkStatus());
  Settle();
}

void EtcdDirectory::OnFailure(const absl::Status& status) {
  ++counters_.failures;
  connected_ = false;
  claims_.Offline();
  node_on_the_way_ = false;
  node_to_write_ = node_entered_;  // whether a write arrived is not known
  if (absl::IsDeadlineExceeded(status)) lease_->OnSilence();
  // The next attempt begins from nothing: it does not inherit a state of the channel.
  channels_.Forget(connection_->endpoint());
  CloseConnection();
  connect_timer_.Start(backoff_);
  backoff_ = std::min(backoff_ * 2, kMaxBackoff);
  if (std::exchange(told_failure_, status) != status) options_.on_connection(status);
  Settle();
}

// May run inside a callback of the connection, which therefore goes a turn later.
void EtcdDirectory::CloseConnection() {
  lease_->Close();
  reader_->Close();
  if (connection_ == nullptr) return;
  connection_->Close();
  loop_.Post([gone = std::shared_ptr<EtcdConnection>(std::move(connection_))] {});
}

void EtcdDirectory::Settle() {
  settle_posted_ = false;
  if (connected_) {
    if (node_to_write_) WriteNode();
    // A stream is of no use to those who do not know its node yet.
    if (node_stands_ || !node_entered_) {
      while (const auto write = claims_.NextWrite()) WriteClaim(*write);
    }
  }
  const Instant now = loop_.now();
  if (const auto due = claims_.DecideOverdue(now)) overdue_timer_.Start(*due - now);
  copy_.TellChanges();
  claims_.TellResults();
}

void EtcdDirectory::PostSettle() {
  if (std::exchange(settle_posted_, true)) return;
  loop_.Post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.lock()) Settle();
  });
}

}  // namespace sluice::directory
