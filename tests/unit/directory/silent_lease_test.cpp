// An etcd that accepts everything and says nothing about leases that it has granted.
#include <catch2/catch.hpp>
#include <vector>

#include "etcd/rpc.grpc.pb.h"
#include "libs/base/text.h"
#include "libs/directory/etcd_directory.h"
#include "libs/rpc/loop_service.h"
#include "libs/rpc/server.h"
#include "tests/support/directory_builders.h"
#include "tests/support/run_until.h"

namespace sluice::directory {
namespace {

class SilentLeases final : public etcdserverpb::Lease::CallbackService {
 public:
  explicit SilentLeases(loop::EventLoop& loop) : calls_(loop) {}

  grpc::ServerUnaryReactor* LeaseGrant(grpc::CallbackServerContext* context,
                                       const etcdserverpb::LeaseGrantRequest* request,
                                       etcdserverpb::LeaseGrantResponse* response) override {
    return calls_.Unary(*context, *request, *response, [this](const auto& asked, auto reply) {
      etcdserverpb::LeaseGrantResponse answer;
      answer.set_id(++granted);
      answer.set_ttl(asked.ttl());
      reply(answer);
    });
  }
  grpc::ServerUnaryReactor* LeaseRevoke(grpc::CallbackServerContext* context,
                                        const etcdserverpb::LeaseRevokeRequest* request,
                                        etcdserverpb::LeaseRevokeResponse* response) override {
    return calls_.Unary(*context, *request, *response, [this](const auto& asked, auto reply) {
      revoked.push_back(asked.id());
      reply(absl::NotFoundError("requested lease not found"));
    });
  }
  grpc::ServerBidiReactor<etcdserverpb::LeaseKeepAliveRequest,
                          etcdserverpb::LeaseKeepAliveResponse>*
  LeaseKeepAlive(grpc::CallbackServerContext*) override {
    return new Silence();
  }

  int64_t granted = 0;
  std::vector<int64_t> revoked;

 private:
  struct Silence final : grpc::ServerBidiReactor<etcdserverpb::LeaseKeepAliveRequest,
                                                 etcdserverpb::LeaseKeepAliveResponse> {
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }
  };

  rpc::LoopService calls_;
};

TEST_CASE("a lease that etcd is silent about twice in a row is revoked and replaced") {
  loop::EventLoop loop;
  SilentLeases etcd(loop);
  rpc::Server server;
  server.AddService(etcd);
  const auto port = server.Start("127.0.0.1", 0);
  REQUIRE(port.ok());
  rpc::ChannelPool channels(loop);
  EtcdOptions options;
  options.endpoints = {StrCat("127.0.0.1:", *port)};
  options.connect_limit = 100ms;
  std::vector<absl::StatusCode> causes;
  options.on_connection = [&](const absl::Status& status) { causes.push_back(status.code()); };
  EtcdDirectory directory(channels, options, test::MakeNode("a"));
  directory.Start();
  REQUIRE(test::RunUntil(loop, [&] { return etcd.granted == 2; }));
  CHECK(etcd.revoked == std::vector<int64_t>{1});
  CHECK(directory.counters().failures >= 3);
  CHECK_FALSE(directory.connected());
  REQUIRE(causes.size() >= 2);
  CHECK(causes[0] == absl::StatusCode::kUnimplemented);  // it has no keys either
  CHECK(causes[1] == absl::StatusCode::kDeadlineExceeded);
  server.Shutdown(0s);
}

}  // namespace
}  // namespace sluice::directory
