#include "libs/directory/etcd_lease.h"

#include <chrono>
#include <utility>

#include "libs/base/text.h"

namespace sluice::directory {
namespace {

using LeaseMethods = rpc::Methods<etcd::Lease>;
constexpr int kMaxUnanswered = 2;
constexpr int kMaxSilentConnections = 2;

}  // namespace

EtcdLease::EtcdLease(loop::EventLoop& loop, Duration ttl, LeaseFile file)
    : ttl_(ttl),
      file_(std::move(file)),
      old_(file_.Load()),
      timer_(loop, [this] { KeepAlive(); }) {}

void EtcdLease::Open(EtcdConnection& connection, OnAlive on_alive) {
  connection_ = &connection;
  on_alive_ = std::move(on_alive);
  old_ == 0 ? CheckOrGrant() : RevokeOld();
}

void EtcdLease::Close() {
  timer_.Stop();
  stream_ = nullptr;
  connection_ = nullptr;
  on_alive_ = nullptr;
}

void EtcdLease::OnSilence() {
  if (on_alive_ == nullptr || id_ == 0 || ++silent_connections_ < kMaxSilentConnections) return;
  old_ = std::exchange(id_, 0);
  silent_connections_ = 0;
}

void EtcdLease::RevokeOld() {
  etcd::LeaseRevokeRequest request;
  request.set_id(old_);
  connection_->TryCall<etcd::Lease, etcd::LeaseRevokeRequest, etcd::LeaseRevokeResponse>(
      &LeaseMethods::LeaseRevoke, request, [this](auto answer) {
        // It may have run out long ago.
        if (!answer.ok() && !absl::IsNotFound(answer.status())) {
          return connection_->Fail(answer.status());
        }
        old_ = 0;
        CheckOrGrant();
      });
}

void EtcdLease::CheckOrGrant() {
  if (id_ == 0) return Grant();
  OpenKeepAlive();
}

void EtcdLease::Grant() {
  etcd::LeaseGrantRequest request;
  request.set_ttl(std::chrono::duration_cast<std::chrono::seconds>(ttl_).count());
  connection_->Call<etcd::Lease, etcd::LeaseGrantRequest, etcd::LeaseGrantResponse>(
      &LeaseMethods::LeaseGrant, request, [this](const etcd::LeaseGrantResponse& answer) {
        id_ = answer.id();
        file_.Save(id_);
        OpenKeepAlive();
        TellAlive(true, answer.header());
      });
}

void EtcdLease::OpenKeepAlive() {
  stream_ =
      connection_->Open<etcd::Lease, etcd::LeaseKeepAliveRequest, etcd::LeaseKeepAliveResponse>(
          &LeaseMethods::LeaseKeepAlive,
          [this](const etcd::LeaseKeepAliveResponse& response) { OnKeptAlive(response); });
  unanswered_ = 0;
  timer_.Start(ttl_ / 3, ttl_ / 3);
  KeepAlive();
}

void EtcdLease::KeepAlive() {
  if (unanswered_ >= kMaxUnanswered) {
    return connection_->Fail(absl::UnavailableError("etcd does not answer keep-alives"));
  }
  etcd::LeaseKeepAliveRequest request;
  request.set_id(id_);
  ++unanswered_;
  // A stream that has ended reports that by itself.
  stream_->Write(request);
}

void EtcdLease::OnKeptAlive(const etcd::LeaseKeepAliveResponse& response) {
  unanswered_ = 0;
  if (response.ttl() > 0) return TellAlive(false, response.header());
  id_ = 0;
  connection_->Fail(absl::UnavailableError("the etcd lease has run out"));
}

void EtcdLease::TellAlive(bool fresh, const etcd::ResponseHeader& header) {
  silent_connections_ = 0;
  OnAlive on_alive = std::exchange(on_alive_, nullptr);
  if (on_alive) on_alive(fresh, header);
}

}  // namespace sluice::directory
