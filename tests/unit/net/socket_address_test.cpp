#include "libs/net/socket_address.h"

#include <catch2/catch.hpp>

namespace sluice::net {
namespace {

SocketAddress Address(std::string_view host_port) {
  auto address = SocketAddress::ParseHostPort(host_port);
  REQUIRE(address.ok());
  return *address;
}

TEST_CASE("an address is read and written in its usual text") {
  for (const char* text : {"1.2.3.4:5", "[::1]:65535", "0.0.0.0:0", "[fd00::2]:8080"}) {
    CHECK(Address(text).ToString() == text);
  }
  CHECK(Address("1.2.3.4:5") == Address("1.2.3.4:5"));
  CHECK_FALSE(Address("1.2.3.4:5") == Address("1.2.3.4:6"));
  CHECK_FALSE(Address("1.2.3.4:5") == Address("1.2.3.5:5"));
}

TEST_CASE("names, missing and impossible ports are refused") {
  for (const char* text :
       {"localhost:80", "1.2.3.4", "1.2.3.4:65536", "1.2.3:4", ":1", "", "[::1:5"}) {
    CHECK_FALSE(SocketAddress::ParseHostPort(text).ok());
  }
}

TEST_CASE("a v4-mapped IPv6 address is the IPv4 address") {
  CHECK(Address("[::ffff:1.2.3.4]:5") == Address("1.2.3.4:5"));
}

TEST_CASE("private networks are loopback, link-local, RFC 1918, RFC 4193 and RFC 6598") {
  for (const char* text :
       {"127.0.0.1:1", "10.1.2.3:1", "172.16.0.1:1", "172.31.255.255:1", "192.168.1.1:1",
        "169.254.1.1:1", "100.64.0.1:1", "[::1]:1", "[fe80::1]:1", "[fd00::1]:1"}) {
    CHECK(Address(text).IsPrivate());
  }
  for (const char* text :
       {"8.8.8.8:1", "172.32.0.1:1", "192.169.0.1:1", "100.128.0.1:1", "[2001:db8::1]:1"}) {
    CHECK_FALSE(Address(text).IsPrivate());
  }
}

}  // namespace
}  // namespace sluice::net
