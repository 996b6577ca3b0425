#include "services/webrtc-media/candidates.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace sluice::webrtc_media {
namespace {

std::vector<std::string> Hosts(const std::vector<net::SocketAddress>& addresses) {
  std::vector<std::string> hosts;
  for (const auto& address : addresses) hosts.push_back(address.Host());
  return hosts;
}

TEST_CASE("advertised addresses are taken as they stand, inside ones of one-to-one NAT last") {
  const std::vector<std::string> entries = {"203.0.113.5=10.0.0.5", "2001:db8::5", "203.0.113.6"};
  const auto addresses = ParseAdvertise(entries);
  REQUIRE(addresses.ok());
  CHECK(Hosts(*addresses) ==
        std::vector<std::string>{"203.0.113.5", "2001:db8::5", "203.0.113.6", "10.0.0.5"});
}

TEST_CASE("an advertised name, wildcard or half a pair is refused by name") {
  for (const char* entry :
       {"media.example.com", "0.0.0.0", "::", "", "203.0.113.5=", "=10.0.0.5"}) {
    const std::vector<std::string> entries = {entry};
    const auto addresses = ParseAdvertise(entries);
    INFO(entry);
    CHECK(addresses.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(std::string(addresses.status().message()).find(std::string("\"") + entry + "\"") !=
          std::string::npos);
  }
}

TEST_CASE("too many advertised addresses are refused") {
  const std::vector<std::string> entries(kMaxAdvertised + 1, "203.0.113.5");
  CHECK_FALSE(ParseAdvertise(entries).ok());
}

TEST_CASE("the host's addresses include loopback, after all others, each once") {
  const std::vector<net::SocketAddress> addresses = LocalAddresses();
  const auto first_loopback = std::find_if(
      addresses.begin(), addresses.end(), [](const auto& address) { return address.IsLoopback(); });
  REQUIRE(first_loopback != addresses.end());
  CHECK(std::all_of(first_loopback, addresses.end(),
                    [](const auto& address) { return address.IsLoopback(); }));
  std::vector<std::string> hosts = Hosts(addresses);
  std::sort(hosts.begin(), hosts.end());
  CHECK(std::adjacent_find(hosts.begin(), hosts.end()) == hosts.end());
}

TEST_CASE("candidates keep the order of the addresses in their priorities") {
  const std::vector<net::SocketAddress> addresses = {*net::SocketAddress::Parse("10.0.0.5", 0),
                                                     *net::SocketAddress::Parse("fd00::5", 0),
                                                     *net::SocketAddress::Parse("127.0.0.1", 0)};
  const auto candidates = MakeCandidates(addresses, {.port = 31001, .ipv6 = true});
  REQUIRE(candidates.size() == 3);
  CHECK(sdp::Serialize(candidates[0]) == "1 1 udp 2130706431 10.0.0.5 31001 typ host");
  CHECK(candidates[0].priority > candidates[1].priority);
  CHECK(candidates[1].priority > candidates[2].priority);
  CHECK(candidates[1].foundation != candidates[2].foundation);
}

TEST_CASE("without an IPv6 socket no IPv6 candidate is made") {
  const std::vector<net::SocketAddress> addresses = {*net::SocketAddress::Parse("fd00::5", 0),
                                                     *net::SocketAddress::Parse("10.0.0.5", 0)};
  const auto candidates = MakeCandidates(addresses, {.port = 31000});
  REQUIRE(candidates.size() == 1);
  CHECK(candidates[0].address == "10.0.0.5");
}

TEST_CASE("RFC 6544: passive TCP candidates on the same port, after all of UDP") {
  const std::vector<net::SocketAddress> addresses = {*net::SocketAddress::Parse("10.0.0.5", 0),
                                                     *net::SocketAddress::Parse("10.0.0.6", 0)};
  const auto both = MakeCandidates(addresses, {.port = 31001, .tcp = true});
  REQUIRE(both.size() == 4);
  CHECK(sdp::Serialize(both[2]) == "3 1 tcp 1520435199 10.0.0.5 31001 typ host tcptype passive");
  CHECK(std::is_sorted(both.begin(), both.end(),
                       [](const auto& a, const auto& b) { return a.priority > b.priority; }));

  const auto tcp = MakeCandidates(addresses, {.port = 31001, .udp = false, .tcp = true});
  REQUIRE(tcp.size() == 2);
  CHECK(tcp[0].transport == "tcp");
}

}  // namespace
}  // namespace sluice::webrtc_media
