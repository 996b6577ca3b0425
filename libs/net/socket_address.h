// An IPv4 or IPv6 address with a port.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sluice::net {

// A value; comparable and hashable by family, address and port. v4-mapped IPv6 addresses are stored
// as IPv4.
class SocketAddress {
 public:
  SocketAddress() = default;
  // From accept(), recvmsg() and the like. An unknown family gives an invalid address.
  SocketAddress(const sockaddr* address, socklen_t length);

  // host: a numeric address ("127.0.0.1", "::1", with or without brackets). InvalidArgument for a
  // name.
  static absl::StatusOr<SocketAddress> Parse(std::string_view host, uint16_t port);
  // "1.2.3.4:5", "[::1]:5".
  static absl::StatusOr<SocketAddress> ParseHostPort(std::string_view host_port);

  bool valid() const { return family() != AF_UNSPEC; }
  int family() const { return storage_.any.sa_family; }
  uint16_t port() const;
  SocketAddress WithPort(uint16_t port) const;
  // Without the port.
  std::string Host() const;
  // "1.2.3.4:5" or "[::1]:5".
  std::string ToString() const;

  bool IsLoopback() const;
  // Loopback, link-local, RFC 1918, RFC 4193 and RFC 6598 addresses: what "private networks" means
  // in the configuration.
  bool IsPrivate() const;
  bool IsAny() const;

  const sockaddr* raw() const { return &storage_.any; }
  socklen_t raw_length() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b);
  template <typename H>
  friend H AbslHashValue(H state, const SocketAddress& address) {
    return H::combine(std::move(state),
                      std::string_view(reinterpret_cast<const char*>(address.HashedBytes()),
                                       address.hashed_length()),
                      address.port());
  }

 private:
  const void* HashedBytes() const;
  size_t hashed_length() const;

  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_{};
};

}  // namespace sluice::net
