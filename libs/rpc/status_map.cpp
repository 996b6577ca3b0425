#include "libs/rpc/status_map.h"

#include <string>

namespace sluice::rpc {
namespace {

constexpr size_t kMaxMessageBytes = 1024;

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // absl takes its codes from gRPC: the numbers are the same.
  return {static_cast<grpc::StatusCode>(status.code()),
          std::string(status.message().substr(0, kMaxMessageBytes))};
}

absl::Status FromGrpc(const grpc::Status& status) {
  const int code = status.error_code();
  if (code == grpc::StatusCode::OK) return absl::OkStatus();
  const bool known = code > 0 && code <= grpc::StatusCode::UNAUTHENTICATED;
  return absl::Status(known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown,
                      status.error_message());
}

}  // namespace sluice::rpc
