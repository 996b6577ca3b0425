#include "libs/rpc/status_map.h"

#include <catch2/catch.hpp>
#include <string>

namespace sluice::rpc {
namespace {

TEST_CASE("every code survives the way to gRPC and back") {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), code == 0 ? "" : "why");
    CHECK(FromGrpc(ToGrpc(status)) == status);
  }
}

TEST_CASE("a code from outside the vocabulary becomes Unknown") {
  const grpc::Status strange(static_cast<grpc::StatusCode>(20), "odd");
  CHECK(FromGrpc(strange) == absl::UnknownError("odd"));
}

TEST_CASE("a long message is cut, because it travels in a header") {
  const grpc::Status sent = ToGrpc(absl::InternalError(std::string(5000, 'x')));
  CHECK(sent.error_message().size() == 1024);
}

}  // namespace
}  // namespace sluice::rpc
