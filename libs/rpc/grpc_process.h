// What gRPC needs once in a process.
#pragma once

namespace sluice::rpc {

// Any thread; only the first call does something. To be called before gRPC is used.
//   - gRPC's own log is dropped: it would write lines of its own form to stderr, and what they say
//     comes back in statuses.
//   - gRPC's callback threads are kept until the process ends. gRPC 1.51 ends them with the last
//     channel or server, and if that is let go by one of these threads (a call's end does that),
//     the thread joins itself and frees its queue twice.
void SetUpGrpc();

}  // namespace sluice::rpc
