// Who may publish, whatever the protocol: common.open_publishing.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "libs/net/socket_address.h"

namespace sluice::daemon {

// open: common.open_publishing. peer: the client, as it reached us.
// PermissionDenied unless publishing is open to all or `peer` is on loopback or a private network;
// the message says how to open it.
absl::Status MayPublish(bool open, const net::SocketAddress& peer);
// The same for a numeric address without port; one that cannot be read is nobody's own network.
absl::Status MayPublish(bool open, std::string_view peer_host);

}  // namespace sluice::daemon
