#include "services/webrtc-media/candidates.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/text.h"

namespace sluice::webrtc_media {
namespace {

absl::Status Add(std::string_view host, std::string_view entry,
                 std::vector<net::SocketAddress>& out) {
  auto address = net::SocketAddress::Parse(host, 0);
  if (!address.ok() || address->IsAny()) {
    return absl::InvalidArgumentError(
        StrCat("common.advertise: \"", entry, "\" is not an address nor public=inside"));
  }
  out.push_back(*address);
  return absl::OkStatus();
}

bool IsLinkLocalV6(const net::SocketAddress& address) {
  if (address.family() != AF_INET6) return false;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address.raw());
  return IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
}

// Lower = earlier in the answer.
int Rank(const net::SocketAddress& address) {
  return (address.IsLoopback() ? 2 : 0) + (address.family() == AF_INET6 ? 1 : 0);
}

}  // namespace

absl::StatusOr<std::vector<net::SocketAddress>> ParseAdvertise(
    std::span<const std::string> entries) {
  std::vector<net::SocketAddress> outside;
  std::vector<net::SocketAddress> inside;
  for (const std::string& entry : entries) {
    const std::string_view text = entry;
    const size_t equals = text.find('=');
    SLUICE_RETURN_IF_ERROR(Add(text.substr(0, equals), entry, outside));
    if (equals == std::string_view::npos) continue;
    SLUICE_RETURN_IF_ERROR(Add(text.substr(equals + 1), entry, inside));
  }
  outside.insert(outside.end(), inside.begin(), inside.end());
  if (outside.size() > kMaxAdvertised) {
    return absl::InvalidArgumentError(
        StrCat("common.advertise: at most ", kMaxAdvertised, " addresses"));
  }
  return outside;
}

std::vector<net::SocketAddress> LocalAddresses() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(first, freeifaddrs);
  std::vector<net::SocketAddress> addresses;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    const bool v6 = entry->ifa_addr->sa_family == AF_INET6;
    const net::SocketAddress address(entry->ifa_addr,
                                     v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    if (!address.valid() || IsLinkLocalV6(address)) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      addresses.push_back(address);
    }
  }
  std::stable_sort(addresses.begin(), addresses.end(),
                   [](const auto& a, const auto& b) { return Rank(a) < Rank(b); });
  if (addresses.size() > kMaxAdvertised) addresses.resize(kMaxAdvertised);
  return addresses;
}

std::vector<sdp::Candidate> MakeCandidates(std::span<const net::SocketAddress> addresses,
                                           const CandidatePort& port) {
  std::vector<sdp::Candidate> candidates;
  // RFC 8445 §5.1.1.3: another address or transport is another foundation.
  const auto add = [&](const net::SocketAddress& address, std::string transport, uint32_t priority,
                       std::string extensions) {
    candidates.push_back({.foundation = StrCat(candidates.size() + 1),
                          .component = 1,
                          .transport = std::move(transport),
                          .priority = priority,
                          .address = address.Host(),
                          .port = port.port,
                          .type = "host",
                          .extensions = std::move(extensions)});
  };
  std::vector<net::SocketAddress> usable(addresses.begin(), addresses.end());
  std::erase_if(usable, [&](const auto& a) { return a.family() == AF_INET6 && !port.ipv6; });
  for (size_t i = 0; port.udp && i < usable.size(); ++i) {
    add(usable[i], "udp", sdp::HostPriority(static_cast<uint16_t>(65535 - i)), "");
  }
  for (size_t i = 0; port.tcp && i < usable.size(); ++i) {
    add(usable[i], "tcp", sdp::PassiveTcpPriority(static_cast<uint16_t>(8191 - i)),
        "tcptype passive");
  }
  return candidates;
}

}  // namespace sluice::webrtc_media
