#include "libs/rpc/grpc_process.h"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <cstddef>
#include <memory>
#include <new>

namespace sluice::rpc {
namespace {

// A channel to nowhere with one call made on it, which is what refers to the threads.
class ThreadKeeper {
 public:
  ThreadKeeper() : channel_(grpc::CreateChannel("", nullptr)), stub_(channel_) {
    stub_.UnaryCall(&context_, "/", {}, &request_, &response_, [](const grpc::Status&) {});
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::Slice nothing_;
  grpc::ByteBuffer request_{&nothing_, 1};
  grpc::ByteBuffer response_;
};

}  // namespace

void SetUpGrpc() {
  // Never destroyed: see the header.
  alignas(ThreadKeeper) static std::byte keeper[sizeof(ThreadKeeper)];
  static const bool once = [] {
    gpr_set_log_function([](gpr_log_func_args*) {});
    new (keeper) ThreadKeeper();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace sluice::rpc
