#include "libs/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>

#include "libs/base/text.h"
#include "libs/rpc/grpc_process.h"

namespace sluice::rpc {
namespace {

constexpr int kMinPingIntervalMs = 5'000;  // our clients ping every 10 s

std::string Join(const std::string& host, uint16_t port) {
  const bool ipv6 = host.find(':') != std::string::npos && host.front() != '[';
  return ipv6 ? StrCat("[", host, "]:", port) : StrCat(host, ":", port);
}

void Apply(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_calls_per_connection);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  // Two daemons on one port would share its connections without a word.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc::ResourceQuota quota("sluice_server");
  quota.Resize(options.max_memory_bytes);
  builder.SetResourceQuota(quota);
}

// Both plug-ins are global switches of gRPC.
void EnableHealthAndReflection() {
  static const bool enabled = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(enabled);
}

}  // namespace

Server::Server(ServerOptions options) : options_(options) { SetUpGrpc(); }

Server::~Server() { Shutdown(0s); }

void Server::AddService(grpc::Service& service) { services_.push_back(&service); }

absl::StatusOr<uint16_t> Server::Start(const std::string& host, uint16_t port) {
  if (server_ != nullptr) return absl::FailedPreconditionError("the gRPC server runs already");
  EnableHealthAndReflection();
  grpc::ServerBuilder builder;
  Apply(options_, builder);
  int bound_port = 0;
  const std::string address = Join(host, port);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &bound_port);
  for (grpc::Service* service : services_) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || bound_port == 0) {
    server_.reset();
    return absl::UnavailableError(StrCat("gRPC cannot listen on ", address));
  }
  SetServing(true);
  return static_cast<uint16_t>(bound_port);
}

void Server::SetServing(bool serving) {
  if (server_ == nullptr) return;
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void Server::Shutdown(Duration grace) {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  server_.reset();
}

}  // namespace sluice::rpc
