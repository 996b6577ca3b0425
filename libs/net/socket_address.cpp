#include "libs/net/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

#include "absl/strings/numbers.h"
#include "libs/base/text.h"

namespace sluice::net {
namespace {

bool InPrefix(const uint8_t* address, std::initializer_list<uint8_t> prefix, int bits) {
  const uint8_t* expected = prefix.begin();
  for (int i = 0; i < bits; ++i) {
    int shift = 7 - i % 8;
    if ((address[i / 8] >> shift & 1) != (expected[i / 8] >> shift & 1)) return false;
  }
  return true;
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, socklen_t length) {
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    std::memcpy(&storage_.v4, address, sizeof(sockaddr_in));
  } else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof(v6));
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      storage_.v4.sin_family = AF_INET;
      storage_.v4.sin_port = v6.sin6_port;
      std::memcpy(&storage_.v4.sin_addr, v6.sin6_addr.s6_addr + 12, 4);
    } else {
      storage_.v6 = v6;
    }
  }
}

absl::StatusOr<SocketAddress> SocketAddress::Parse(std::string_view host, uint16_t port) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::string text(host);
  SocketAddress address;
  if (inet_pton(AF_INET, text.c_str(), &address.storage_.v4.sin_addr) == 1) {
    address.storage_.v4.sin_family = AF_INET;
    address.storage_.v4.sin_port = htons(port);
    return address;
  }
  address = SocketAddress();
  if (inet_pton(AF_INET6, text.c_str(), &address.storage_.v6.sin6_addr) == 1) {
    address.storage_.v6.sin6_family = AF_INET6;
    address.storage_.v6.sin6_port = htons(port);
    return SocketAddress(&address.storage_.any, sizeof(sockaddr_in6));
  }
  return absl::InvalidArgumentError(StrCat("not a numeric IP address: ", host));
}

absl::StatusOr<SocketAddress> SocketAddress::ParseHostPort(std::string_view host_port) {
  size_t colon = host_port.rfind(':');
  uint32_t port = 0;
  if (colon == std::string_view::npos ||
      !absl::SimpleAtoi(ToAbsl(host_port.substr(colon + 1)), &port) || port > 65535) {
    return absl::InvalidArgumentError(StrCat("not host:port: ", host_port));
  }
  return Parse(host_port.substr(0, colon), static_cast<uint16_t>(port));
}

uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(storage_.v4.sin_port);
  if (family() == AF_INET6) return ntohs(storage_.v6.sin6_port);
  return 0;
}

SocketAddress SocketAddress::WithPort(uint16_t port) const {
  SocketAddress copy = *this;
  if (family() == AF_INET) copy.storage_.v4.sin_port = htons(port);
  if (family() == AF_INET6) copy.storage_.v6.sin6_port = htons(port);
  return copy;
}

std::string SocketAddress::Host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (valid()) inet_ntop(family(), HashedBytes(), text, sizeof(text));
  return text;
}

std::string SocketAddress::ToString() const {
  if (family() == AF_INET6) return StrCat("[", Host(), "]:", port());
  return valid() ? StrCat(Host(), ":", port()) : "";
}

bool SocketAddress::IsLoopback() const {
  const auto* bytes = static_cast<const uint8_t*>(HashedBytes());
  if (family() == AF_INET) return InPrefix(bytes, {127}, 8);
  return family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr);
}

bool SocketAddress::IsPrivate() const {
  if (IsLoopback()) return true;
  const auto* bytes = static_cast<const uint8_t*>(HashedBytes());
  if (family() == AF_INET) {
    return InPrefix(bytes, {10}, 8) || InPrefix(bytes, {172, 16}, 12) ||
           InPrefix(bytes, {192, 168}, 16) || InPrefix(bytes, {169, 254}, 16) ||
           InPrefix(bytes, {100, 64}, 10);
  }
  return family() == AF_INET6 && (InPrefix(bytes, {0xfc}, 7) || InPrefix(bytes, {0xfe, 0x80}, 10));
}

bool SocketAddress::IsAny() const {
  if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == INADDR_ANY;
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

socklen_t SocketAddress::raw_length() const {
  return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

const void* SocketAddress::HashedBytes() const {
  if (family() == AF_INET6) return &storage_.v6.sin6_addr;
  return &storage_.v4.sin_addr;
}

size_t SocketAddress::hashed_length() const {
  if (family() == AF_INET6) return 16;
  return family() == AF_INET ? 4 : 0;
}

bool operator==(const SocketAddress& a, const SocketAddress& b) {
  return a.family() == b.family() && a.port() == b.port() &&
         std::memcmp(a.HashedBytes(), b.HashedBytes(), a.hashed_length()) == 0;
}

}  // namespace sluice::net
