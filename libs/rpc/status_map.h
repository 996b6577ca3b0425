// absl::Status <-> grpc::Status: the only place that knows both vocabularies.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace sluice::rpc {

// Codes are equal by number in both; a message beyond 1024 bytes is cut (it travels in a header).
grpc::Status ToGrpc(const absl::Status& status);
// A code that absl does not know becomes Unknown.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace sluice::rpc
