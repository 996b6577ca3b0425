#include "libs/daemon/publish_policy.h"

#include <catch2/catch.hpp>

namespace sluice::daemon {
namespace {

TEST_CASE("loopback and private networks may publish, the rest when publishing is open") {
  for (const char* own : {"127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "fd00::1", "fe80::1"}) {
    CHECK(MayPublish(false, own).ok());
  }
  for (const char* foreign : {"203.0.113.5", "2001:db8::1", "not an address", ""}) {
    absl::Status status = MayPublish(false, foreign);
    CHECK(absl::IsPermissionDenied(status));
    CHECK(std::string(status.message()).find("open_publishing") != std::string::npos);
    CHECK(MayPublish(true, foreign).ok());
  }
}

}  // namespace
}  // namespace sluice::daemon
