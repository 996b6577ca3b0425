// gRPC's own log.
#pragma once

namespace sluice::rpc {

// gRPC would write lines of its own form to stderr; what they say comes back in statuses. Any
// thread.
void SilenceGrpc();

}  // namespace sluice::rpc
