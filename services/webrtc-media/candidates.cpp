#include "services/webrtc-media/candidates.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <memory>

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
                                           uint16_t port, bool has_ipv6) {
  std::vector<sdp::Candidate> candidates;
  uint16_t preference = 65535;
  for (const net::SocketAddress& address : addresses) {
    if (address.family() == AF_INET6 && !has_ipv6) continue;
    candidates.push_back({.foundation = StrCat(candidates.size() + 1),
                          .component = 1,
                          .transport = "udp",
                          .priority = sdp::HostPriority(preference--),
                          .address = address.Host(),
                          .port = port,
                          .type = "host",
                          .extensions = ""});
  }
  return candidates;
}

}  // namespace sluice::webrtc_media
