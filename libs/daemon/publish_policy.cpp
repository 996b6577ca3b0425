#include "libs/daemon/publish_policy.h"

namespace sluice::daemon {

absl::Status MayPublish(bool open, const net::SocketAddress& peer) {
  if (open || peer.IsPrivate()) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "publishing is open to loopback and private networks only (open_publishing: true in "
      "section common of the configuration opens it)");
}

absl::Status MayPublish(bool open, std::string_view peer_host) {
  absl::StatusOr<net::SocketAddress> peer = net::SocketAddress::Parse(peer_host, 0);
  return MayPublish(open, peer.ok() ? *peer : net::SocketAddress());
}

}  // namespace sluice::daemon
