// An IP address and port as STUN carries them. A plain value: this library opens no sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

struct sockaddr;

namespace sluice::stun {

struct TransportAddress {
  enum class Family : uint8_t { kNone = 0, kIpv4 = 1, kIpv6 = 2 };  // RFC 8489 §14.1

  Family family = Family::kNone;
  std::array<uint8_t, 16> bytes{};  // network order; IPv4 uses the first four, the rest is zero
  uint16_t port = 0;

  // family kNone for anything but AF_INET and AF_INET6.
  static TransportAddress From(const sockaddr* address);

  size_t address_length() const { return family == Family::kIpv4 ? 4 : 16; }
  // "1.2.3.4:5" or "[::1]:5".
  std::string ToString() const;

  friend bool operator==(const TransportAddress&, const TransportAddress&) = default;
};

}  // namespace sluice::stun
