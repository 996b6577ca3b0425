// Garbage at a fixed rate, for a server's media port.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace sluice::load {

// Sends to `address` ("127.0.0.1:31000") from a few sockets, blocking, for so many seconds. Returns
// how many datagrams went out: less than asked for if this machine cannot do more.
// InvalidArgument: no such address.
absl::StatusOr<uint64_t> FloodUdp(const std::string& address, int per_second, int seconds);

}  // namespace sluice::load
