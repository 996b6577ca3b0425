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

// What a worker's sockets can take.
struct CandidatePort {
  uint16_t port = 0;  // the same for UDP and TCP
  bool ipv6 = false;
  bool udp = true;
  bool tcp = false;
};

// A host candidate per address and transport, the first address preferred and all of UDP before
// TCP, which is passive (RFC 6544).
std::vector<sdp::Candidate> MakeCandidates(std::span<const net::SocketAddress> addresses,
                                           const CandidatePort& port);

}  // namespace sluice::webrtc_media
