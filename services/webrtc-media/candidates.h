// The addresses that an answer tells a player to try.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/net/socket_address.h"
#include "libs/sdp/candidate.h"

namespace sluice::webrtc_media {

inline constexpr size_t kMaxAdvertised = 16;

// `common.advertise`: "203.0.113.5", or "203.0.113.5=10.0.0.5" for one-to-one NAT, which gives
// both: outside first, then inside for players behind the same NAT. InvalidArgument names the
// entry.
absl::StatusOr<std::vector<net::SocketAddress>> ParseAdvertise(
    std::span<const std::string> entries);

// Addresses of this host's interfaces that are up, IPv4 before IPv6, loopback last; without
// link-local ones, which need a zone. At most kMaxAdvertised.
std::vector<net::SocketAddress> LocalAddresses();

// One UDP host candidate per address, the first preferred. IPv6 only if has_ipv6.
std::vector<sdp::Candidate> MakeCandidates(std::span<const net::SocketAddress> addresses,
                                           uint16_t port, bool has_ipv6);

}  // namespace sluice::webrtc_media
